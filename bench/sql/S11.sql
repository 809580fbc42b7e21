-- S11-oversupply: what is left of a drug when the next settlement comes. The fold
--   left(i) = max(0, left(i-1) + days(i-1) - (t(i) - t(i-1)))
-- is s(i) - min(s(1) .. s(i)) with s(i) = days(1) + … + days(i-1) - (t(i) - t(1)).
CREATE TEMP VIEW s11_line AS
  SELECT l.rowid AS l, l.person, l.item, l.c, l.prd_days, l.scope
  FROM line l SEMI JOIN (SELECT kn FROM krow WHERE kind = 'drug') k USING (kn)
  WHERE l.is_net AND l.kind <> 'stay' AND l.prd_days IS NOT NULL;
CREATE TEMP TABLE s11_supply AS
  WITH repeated AS (
    SELECT person, item FROM s11_line GROUP BY person, item HAVING min(c) <> max(c) AND sum(prd_days) > 15),
  supply AS (
    SELECT s.person, s.item, s.c, sum(s.prd_days) AS days
    FROM s11_line s SEMI JOIN repeated r ON r.person = s.person AND r.item = s.item
    GROUP BY s.person, s.item, s.c)
  SELECT s.*, c.setl_day FROM supply s JOIN claim c USING (c);
CREATE TEMP TABLE s11_hit AS
  WITH walk AS (
    SELECT person, item, c, sum(days) OVER w - days - (setl_day - first_value(setl_day) OVER w) AS s
    FROM s11_supply
    WINDOW w AS (PARTITION BY person, item ORDER BY c ROWS UNBOUNDED PRECEDING))
  SELECT item, c FROM walk
  QUALIFY s - min(s) OVER (PARTITION BY person, item ORDER BY c ROWS UNBOUNDED PRECEDING) > 15;
INSERT INTO found
  SELECT 'S11', 'person', any_value(p.psn_no), any_value(t.code), [l.c], list(l.l), fen(sum(l.scope))
  FROM s11_line l SEMI JOIN s11_hit h ON h.c = l.c AND h.item = l.item
  JOIN person p ON p.person = l.person JOIN item t ON t.item = l.item
  GROUP BY l.c, l.item;
DROP TABLE s11_hit;
DROP TABLE s11_supply;
DROP VIEW s11_line;
