-- S09-bed-days: items billed per day (row in force on the day of admission), more than days of stay + 1
WITH daily AS (
  SELECT p.item, p.from_day, p.to_day FROM item_period p JOIN krow k USING (kn) WHERE k.per_day),
hit AS (
  SELECT g.c, g.item, g.total, greatest(1, s.end_day - s.begin_day) AS days
  FROM (SELECT c, item, sum(cnt) AS total FROM line
        WHERE kind = 'stay' AND is_net AND item IN (SELECT item FROM daily)
        GROUP BY c, item) g
  JOIN stay s USING (c)
  JOIN daily k ON k.item = g.item AND s.begin_day BETWEEN k.from_day AND k.to_day
  WHERE g.total > greatest(1, s.end_day - s.begin_day) + 1)
INSERT INTO found
  SELECT 'S09', 'institution', any_value(i.code), any_value(t.code), [l.c], list(l.rowid),
         share(sum(l.scope), any_value(h.total) - any_value(h.days), any_value(h.total))
  FROM line l JOIN hit h USING (c, item) JOIN inst i USING (inst) JOIN item t USING (item)
  WHERE l.is_net
  GROUP BY l.c, l.item;
