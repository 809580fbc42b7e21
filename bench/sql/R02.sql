-- R02-sex-restricted
INSERT INTO found_line
  SELECT 'R02', l.rowid, fen(l.scope)
  FROM line l JOIN krow k USING (kn)
  WHERE l.is_net AND l.scope > 0 AND l.gend IN (1, 2) AND k.gend IN (1, 2) AND k.gend <> l.gend;
