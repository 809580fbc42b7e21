-- R01-price-over-cap: pric above the cap of the institution's level, else the general cap
WITH cap AS (
  SELECT kn, lv AS hosp_lv,
         coalesce(CASE lv WHEN 1 THEN price_cap_lv1 WHEN 2 THEN price_cap_lv2 WHEN 3 THEN price_cap_lv3 END, price_cap) AS cap
  FROM krow, (SELECT unnest([0, 1, 2, 3])::UTINYINT AS lv)
  WHERE cap IS NOT NULL)
INSERT INTO found_line
  SELECT 'R01', l.rowid, fen(round(CAST(l.pric - k.cap AS DECIMAL(38, 6)) * l.cnt, 2))
  FROM line l JOIN cap k USING (kn, hosp_lv)
  WHERE l.is_net AND l.pric > k.cap;
