-- R09-outside-stay: fee day before the admission or after the discharge
INSERT INTO found_line
  SELECT 'R09', l.rowid, fen(l.scope)
  FROM line l JOIN stay s USING (c)
  WHERE l.kind = 'stay' AND l.is_net AND l.scope > 0 AND (l.day < s.begin_day OR l.day > s.end_day);
