package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A price over its cap on a line that a return of the same visit reduced from 3 to 2, and the same charge again
// in a second settlement.
const world = `
CREATE TABLE s AS SELECT * FROM (VALUES
  ('S1', 'M1', TIMESTAMP '2026-03-05 10:00:00', 30.00), ('S2', 'M1', TIMESTAMP '2026-03-06 10:00:00', -10.00),
  ('S3', 'M3', TIMESTAMP '2026-03-07 10:00:00', 20.00)) t(setl_id, mdtrt_id, setl_time, fee);
CREATE TABLE l AS SELECT * FROM (VALUES
  ('S1', '1', '', 3, 30.00), ('S2', '1', '1', -1, -10.00), ('S3', '7', '', 2, 20.00)) t(setl_id, sn, init, cnt, fee);
COPY (SELECT setl_id, mdtrt_id, 'P1' AS psn_no, 'H1' AS fixmedins_code, '310' AS insutype, '11' AS med_type, setl_time,
  NULL::TIMESTAMP AS begntime, NULL::TIMESTAMP AS endtime, '1' AS gend, DATE '1970-01-01' AS brdy, 'J18' AS dscg_maindiag_code,
  fee::DECIMAL(16,2) AS medfee_sumamt, (fee/2)::DECIMAL(16,2) AS fund_pay_sumamt, '' AS bill_no, '0' AS refd_setl_flag, '' AS init_setl_id
  FROM s) TO '%[1]s/settlements.parquet';
COPY (SELECT 'H1' AS fixmedins_code, setl_id, sn AS feedetl_sn, init AS init_feedetl_sn, TIMESTAMP '2026-03-05 09:00:00' AS fee_ocur_time,
  'A' AS med_list_codg, cnt::DECIMAL(16,4) AS cnt, 10::DECIMAL(16,6) AS pric, fee::DECIMAL(16,2) AS det_item_fee_sumamt,
  fee::DECIMAL(16,2) AS inscp_scp_amt, 'D1' AS bilg_dr_codg, '' AS bilg_dept_codg, NULL::DECIMAL(16,4) AS prd_days, '0' AS trdn_flag,
  '0' AS etip_flag, '' AS drug_trac_codg FROM l) TO '%[1]s/lines.parquet';
COPY (SELECT 'H1' AS fixmedins_code, 'S1' AS setl_id, '1' AS diag_type, 'J18' AS diag_code) TO '%[1]s/diagnoses.parquet'`

func TestScanAndCompare(t *testing.T) {
	dir := t.TempDir()
	ctx := context.Background()
	conn, closeDB, err := open(fmt.Sprintf(world, dir))
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB()
	items := "med_list_codg,price_cap,price_cap_lv3\nA,7.995,\n"
	if err := os.WriteFile(filepath.Join(dir, "items.csv"), []byte(items), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "findings.parquet")
	if err := scan(dir, dir, out, "1GB", 2, false); err != nil {
		t.Fatal(err)
	}
	rows, err := conn.QueryContext(ctx, "SELECT id || ' ' || key || ' ' || amount_fen FROM read_parquet('"+out+"') ORDER BY detector, settlements")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		got = append(got, s)
	}
	key := "A|2026-03-05 09:00:00|2|10"
	want := []string{
		id("R01-price-over-cap", "", "H1/S1", "H1/S1/1") + "  401", // 2 x 2.005 yuan
		id("R01-price-over-cap", "", "H1/S3", "H1/S3/7") + "  401",
		id("S01-duplicate-charge", key, "H1/S1", "H1/S3", "H1/S1/1", "H1/S3/7") + " " + key + " 2000",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("findings\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	if equal, err := compare(out, out, 1); err != nil || !equal {
		t.Errorf("compared with itself: %v, %v", equal, err)
	}
	changed := filepath.Join(dir, "changed.parquet")
	change := "COPY (SELECT * REPLACE (CASE WHEN detector LIKE 'S01%' THEN amount_fen + 1 ELSE amount_fen END AS amount_fen) FROM read_parquet('" + out + "')) TO '" + changed + "'"
	if _, err := conn.ExecContext(ctx, change); err != nil {
		t.Fatal(err)
	}
	if equal, err := compare(out, changed, 1); err != nil || equal {
		t.Errorf("compared with a changed amount: %v, %v", equal, err)
	}
}

// id is the contract's id of a finding whose subject is institution H1.
func id(detector, key string, evidence ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{detector, "institution", "H1", key}, evidence...), "\n")))
	return detector[:3] + "-" + hex.EncodeToString(sum[:])[:16]
}
