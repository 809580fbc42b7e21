-- S04-stay-frequency: max_per_stay of the row in force on the day of admission
WITH limited AS (
  SELECT p.item, p.from_day, p.to_day, k.max_per_stay FROM item_period p JOIN krow k USING (kn)
  WHERE k.max_per_stay IS NOT NULL),
hit AS (
  SELECT g.c, g.item, g.total, k.max_per_stay AS most
  FROM (SELECT c, item, sum(cnt) AS total FROM line
        WHERE kind = 'stay' AND is_net AND item IN (SELECT item FROM limited)
        GROUP BY c, item) g
  JOIN stay s USING (c)
  JOIN limited k ON k.item = g.item AND s.begin_day BETWEEN k.from_day AND k.to_day
  WHERE g.total > k.max_per_stay)
INSERT INTO found
  SELECT 'S04', 'institution', any_value(i.code), any_value(t.code), [l.c], list(l.rowid),
         share(sum(l.scope), any_value(h.total) - any_value(h.most), any_value(h.total))
  FROM line l JOIN hit h USING (c, item) JOIN inst i USING (inst) JOIN item t USING (item)
  WHERE l.is_net
  GROUP BY l.c, l.item;
