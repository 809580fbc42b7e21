-- S03-daily-frequency
CREATE TEMP TABLE s03_group AS
  SELECT l.person, l.inst, l.item, l.day, sum(l.cnt) AS total, any_value(k.max_per_day) AS most
  FROM line l JOIN krow k USING (kn)
  WHERE l.is_net AND k.max_per_day IS NOT NULL
  GROUP BY l.person, l.inst, l.item, l.day
  HAVING total > most;
INSERT INTO found
  SELECT 'S03', 'institution', any_value(i.code),
         any_value(t.code) || '|' || CAST(DATE '1970-01-01' + l.day AS VARCHAR),
         list(DISTINCT l.c), list(l.rowid), share(sum(l.scope), any_value(g.total) - any_value(g.most), any_value(g.total))
  FROM line l JOIN s03_group g USING (person, inst, item, day) JOIN inst i USING (inst) JOIN item t USING (item)
  WHERE l.is_net
  GROUP BY l.person, l.inst, l.item, l.day;
DROP TABLE s03_group;
