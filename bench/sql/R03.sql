-- R03-age-restricted: age in days on the fee day
INSERT INTO found_line
  SELECT 'R03', l.rowid, fen(l.scope)
  FROM line l JOIN krow k USING (kn)
  WHERE l.is_net AND l.scope > 0
    AND (k.age_min_days IS NOT NULL OR k.age_max_days IS NOT NULL)
    AND (l.age < k.age_min_days OR l.age > k.age_max_days);
