-- R05-institution-level: hosp_lv below hosp_lv_min; an institution without level is silent
INSERT INTO found_line
  SELECT 'R05', l.rowid, fen(l.scope)
  FROM line l JOIN krow k USING (kn)
  WHERE l.is_net AND l.scope > 0 AND l.hosp_lv > 0 AND l.hosp_lv < k.hosp_lv_min;
