-- S02-exclusive-items: both items of a row at one institution on one fee day, or in one visit.
-- First by a 64-bit hash of the group over all lines of such items, then exactly over what is left.
CREATE TEMP TABLE s02_item AS
  SELECT k.pair, k.span, t.item, true AS is_a, k.not_payable = 'a' AS unpaid FROM k_pair k JOIN item t ON t.code = k.item_a
  UNION ALL
  SELECT k.pair, k.span, t.item, false, k.not_payable = 'b' FROM k_pair k JOIN item t ON t.code = k.item_b;
CREATE TEMP VIEW s02_line AS
  SELECT l.rowid AS l, l.c, l.person, l.inst, k.pair, k.is_a, k.unpaid, l.scope, l.day AS span_day, NULL::VARCHAR AS span_visit,
         hash(k.pair, l.person, l.inst, l.day) AS h
  FROM line l JOIN s02_item k USING (item) WHERE l.is_net AND k.span = 'day'
  UNION ALL
  SELECT l.rowid, l.c, l.person, l.inst, k.pair, k.is_a, k.unpaid, l.scope, NULL, c.mdtrt_id,
         hash(k.pair, l.person, l.inst, c.mdtrt_id)
  FROM line l JOIN s02_item k USING (item) JOIN claim c USING (c) WHERE l.is_net AND k.span = 'visit';
CREATE TEMP TABLE s02_suspect AS
  SELECT h FROM s02_line GROUP BY h HAVING min(is_a) <> max(is_a);
WITH present AS (
  SELECT pair, person, inst, span_day, span_visit, list(DISTINCT c) AS claims, list(l) AS lines, sum(scope) FILTER (unpaid) AS unpaid
  FROM s02_line WHERE h IN (SELECT h FROM s02_suspect)
  GROUP BY pair, person, inst, span_day, span_visit
  HAVING min(is_a) <> max(is_a))
INSERT INTO found
  SELECT 'S02', 'institution', i.code,
         concat_ws('|', k.item_a, k.item_b, k.span, coalesce(p.span_visit, CAST(DATE '1970-01-01' + p.span_day AS VARCHAR))),
         p.claims, p.lines, fen(coalesce(p.unpaid, 0))
  FROM present p JOIN k_pair k USING (pair) JOIN inst i USING (inst);
DROP TABLE s02_suspect;
DROP VIEW s02_line;
DROP TABLE s02_item;
