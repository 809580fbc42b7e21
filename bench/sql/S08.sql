-- S08-frequent-stays: runs of windows of 365 days with at least 6 admissions
WITH many AS (
  SELECT * FROM stay WHERE person IN (SELECT person FROM stay GROUP BY person HAVING count(*) >= 6)),
win AS (
  SELECT person, begin_day AS hi, min(begin_day) OVER w AS lo
  FROM many
  WINDOW w AS (PARTITION BY person ORDER BY begin_day RANGE BETWEEN 364 PRECEDING AND CURRENT ROW)
  QUALIFY count(*) OVER w >= 6),
step AS (
  SELECT *, lo > max(hi) OVER (PARTITION BY person ORDER BY hi ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS fresh
  FROM (SELECT DISTINCT * FROM win)),
run AS (
  SELECT person, min(lo) AS lo, max(hi) AS hi
  FROM (SELECT *, count(*) FILTER (fresh) OVER (PARTITION BY person ORDER BY hi) AS run FROM step)
  GROUP BY person, run),
hit AS (
  SELECT s.c, s.person, r.lo, s.fund, row_number() OVER (PARTITION BY s.person, r.lo ORDER BY s.stay_no) AS n
  FROM many s JOIN run r ON r.person = s.person AND s.begin_day BETWEEN r.lo AND r.hi)
INSERT INTO found
  SELECT 'S08', 'person', any_value(p.psn_no), '', list(c), [], fen(sum(fund) FILTER (n > 5))
  FROM hit JOIN person p USING (person)
  GROUP BY person, lo;
