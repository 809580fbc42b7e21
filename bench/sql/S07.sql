-- S07-split-stay: neighbours in stay order at one institution, at most 15 days apart, same diagnosis group
WITH next AS (
  SELECT c, inst, end_day, main_diag, lead(c) OVER w AS next_c, lead(begin_day) OVER w AS next_day,
         lead(main_diag) OVER w AS next_diag, lead(fund) OVER w AS next_fund
  FROM stay
  WINDOW w AS (PARTITION BY person, inst ORDER BY stay_no))
INSERT INTO found
  SELECT 'S07', 'institution', i.code, '', [c, next_c], [], fen(next_fund)
  FROM next JOIN inst i USING (inst)
  WHERE next_day - end_day BETWEEN 0 AND 15
    AND left(main_diag, 3) = left(next_diag, 3)
    AND NOT begins_with_one(main_diag, ['Z51', 'Z49', 'Z52', 'N18', 'F2'])
    AND NOT begins_with_one(next_diag, ['Z51', 'Z49', 'Z52', 'N18', 'F2']);
