-- R06-indication: the claim has diagnoses, none begins with one of diag_prefixes
CREATE TEMP TABLE r06_line AS
  WITH prefixes AS (  -- each different list of prefixes once
    SELECT row_number() OVER () AS list_no, diag_prefixes
    FROM (SELECT DISTINCT diag_prefixes FROM krow WHERE diag_prefixes IS NOT NULL))
  SELECT l.rowid AS l, l.c, l.scope, p.list_no, p.diag_prefixes
  FROM line l JOIN krow k USING (kn) JOIN prefixes p ON p.diag_prefixes = k.diag_prefixes
  WHERE l.is_net AND l.scope > 0;
WITH fits AS (
  SELECT p.list_no, d.diag
  FROM (SELECT list_no, any_value(diag_prefixes) AS diag_prefixes FROM r06_line GROUP BY list_no) p
  JOIN (SELECT DISTINCT diag FROM claim_diag) d ON begins_with_one(d.diag, p.diag_prefixes)),
bad AS (
  SELECT p.c, p.list_no
  FROM (SELECT DISTINCT c, list_no FROM r06_line) p JOIN claim_diag d USING (c)
  LEFT JOIN fits f ON f.list_no = p.list_no AND f.diag = d.diag
  GROUP BY p.c, p.list_no
  HAVING count(f.list_no) = 0)
INSERT INTO found_line
  SELECT 'R06', l.l, fen(l.scope)
  FROM r06_line l JOIN bad USING (c, list_no);
DROP TABLE r06_line;
