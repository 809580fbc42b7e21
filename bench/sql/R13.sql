-- R13-diagnosis-sex-age: a row of the longest prefix of some diagnosis contradicts sex or age at settlement
WITH rule AS (
  SELECT d.diag, k.gend, k.age_min_days, k.age_max_days
  FROM (SELECT DISTINCT diag FROM claim_diag) d JOIN k_diagnosis k ON starts_with(d.diag, k.prefix)
  QUALIFY rank() OVER (PARTITION BY d.diag ORDER BY length(k.prefix) DESC) = 1),
bad AS (
  SELECT DISTINCT c.c
  FROM claim_diag d JOIN rule r USING (diag) JOIN claim c USING (c)
  WHERE (r.gend IN (1, 2) AND c.gend IN (1, 2) AND r.gend <> c.gend)
     OR c.setl_day - c.birth_day < r.age_min_days
     OR c.setl_day - c.birth_day > r.age_max_days)
INSERT INTO found
  SELECT 'R13', 'institution', i.code, '', [c], [], fen(c.fund)
  FROM bad JOIN claim c USING (c) JOIN inst i USING (inst);
