-- T01-trace-reused: a code on lines (not split packs) of at least 2 settlements, of anyone.
-- First by a 64-bit hash of the code over all lines, then exactly over what is left.
CREATE TEMP TABLE t01_hash AS
  SELECT rowid AS l, c, hash(trim(traces)) AS h
  FROM line WHERE is_net AND NOT trdn AND traces IS NOT NULL AND NOT contains(traces, '|')
  UNION ALL
  SELECT rowid, c, hash(trim(unnest(string_split(traces, '|'))))
  FROM line WHERE is_net AND NOT trdn AND contains(traces, '|');
CREATE TEMP TABLE t01_line AS
  SELECT DISTINCT l FROM t01_hash WHERE h IN (SELECT h FROM t01_hash GROUP BY h HAVING min(c) <> max(c));
WITH code AS (
  SELECT DISTINCT l.rowid AS l, l.c, l.inst, l.scope, trim(unnest(string_split(l.traces, '|'))) AS code
  FROM line l SEMI JOIN t01_line t ON t.l = l.rowid),
hit AS (
  SELECT *, dense_rank() OVER (PARTITION BY code ORDER BY c) AS n, max(c) OVER (PARTITION BY code) AS last_c,
         min(c) OVER (PARTITION BY code) AS first_c
  FROM code WHERE code <> '')
INSERT INTO found
  SELECT 'T01', 'institution', any_value(i.code) FILTER (h.n = 2), h.code, list(DISTINCT h.c), list(h.l),
         fen(sum(h.scope) FILTER (h.n > 1))
  FROM hit h JOIN inst i USING (inst)
  WHERE h.first_c <> h.last_c
  GROUP BY h.code;
DROP TABLE t01_line;
DROP TABLE t01_hash;
