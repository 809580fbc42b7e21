-- R07-out-of-scope: the row says out, yet an in-scope amount was given
INSERT INTO found_line
  SELECT 'R07', l.rowid, fen(l.scope)
  FROM line l JOIN krow k USING (kn)
  WHERE l.is_net AND l.scope_given AND l.scope > 0 AND k.scope = 'out';
