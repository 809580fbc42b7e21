-- S12-max-days
INSERT INTO found_line
  SELECT 'S12', l.rowid, share(l.scope, l.prd_days - k.max_days, l.prd_days)
  FROM line l JOIN krow k USING (kn)
  WHERE l.is_net AND l.prd_days > k.max_days;
