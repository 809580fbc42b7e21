-- S10-drug-hoarding: runs of windows of 180 days with a drug from at least 3 institutions and more than 60 units
CREATE TEMP TABLE s10_group AS
  SELECT l.person, l.item
  FROM line l SEMI JOIN (SELECT kn FROM krow WHERE kind = 'drug') k USING (kn)
  WHERE l.is_net AND l.kind <> 'stay'
  GROUP BY l.person, l.item
  HAVING min(l.inst) <> max(l.inst) AND sum(l.cnt) > 60;
WITH event AS (
  SELECT l.rowid AS l, l.c, l.person, l.item, l.inst, l.day, l.cnt, l.scope
  FROM line l SEMI JOIN s10_group g ON g.person = l.person AND g.item = l.item
  SEMI JOIN (SELECT kn FROM krow WHERE kind = 'drug') k USING (kn)
  WHERE l.is_net AND l.kind <> 'stay'),
win AS (
  SELECT person, item, day AS hi, min(day) OVER w AS lo
  FROM event
  WINDOW w AS (PARTITION BY person, item ORDER BY day RANGE BETWEEN 179 PRECEDING AND CURRENT ROW)
  QUALIFY sum(cnt) OVER w > 60 AND count(DISTINCT inst) OVER w >= 3),
step AS (
  SELECT *, lo > max(hi) OVER (PARTITION BY person, item ORDER BY hi ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS fresh
  FROM (SELECT DISTINCT * FROM win)),
run AS (
  SELECT person, item, min(lo) AS lo, max(hi) AS hi
  FROM (SELECT *, count(*) FILTER (fresh) OVER (PARTITION BY person, item ORDER BY hi) AS run FROM step)
  GROUP BY person, item, run)
INSERT INTO found
  SELECT 'S10', 'person', any_value(p.psn_no), any_value(t.code), list(DISTINCT e.c), list(e.l), fen(sum(e.scope))
  FROM event e JOIN run r ON r.person = e.person AND r.item = e.item AND e.day BETWEEN r.lo AND r.hi
  JOIN person p ON p.person = e.person JOIN item t ON t.item = e.item
  GROUP BY e.person, e.item, r.lo;
DROP TABLE s10_group;
