-- S15-once-in-life: lines of a once_in_life item in at least 2 settlements
WITH hit AS (
  SELECT l.rowid AS l, l.c, l.person, l.item, l.scope,
         min(l.c) OVER w AS first_c, max(l.c) OVER w AS last_c
  FROM line l SEMI JOIN (SELECT kn FROM krow WHERE once_in_life) k USING (kn)
  WHERE l.is_net
  WINDOW w AS (PARTITION BY l.person, l.item))
INSERT INTO found
  SELECT 'S15', 'person', any_value(p.psn_no), any_value(t.code), list(DISTINCT c), list(l),
         fen(sum(scope) FILTER (c <> first_c))
  FROM hit JOIN person p USING (person) JOIN item t USING (item)
  WHERE first_c <> last_c
  GROUP BY person, item;
