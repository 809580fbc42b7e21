package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// core are the detectors both sides know.
const core = "R01,R02,R03,R04,R05,R06,R07,R08,R09,R10,R11,R12,R13,R14,S01,S02,S03,S04,S05,S06,S07,S08,S09,S10,S11,S12,S13,S14,S15,S16,T01"

// cost is what one run of a child process took.
type cost struct {
	wall time.Duration
	peak float64 // GiB
}

func raceMain(args []string) error {
	fl := flag.NewFlagSet("bench race", flag.ContinueOnError)
	data := fl.String("data", "", "folder with the Parquet tables")
	knowledge := fl.String("knowledge", "", "knowledge folder (default: knowledge in or beside -data)")
	fundwatch := fl.String("fundwatch", "", "the fundwatch program")
	work := fl.String("work", "", "folder for what both sides write (default: a temporary one)")
	onlyCore := fl.Bool("core", false, "let fundwatch run only the detectors that are also here")
	rounds := fl.Int("rounds", 1, "rounds; the median wall times and the highest peak count")
	threads := fl.Int("threads", 2, "DuckDB threads")
	if err := fl.Parse(args); err != nil {
		return err
	}
	if *data == "" || *fundwatch == "" || *rounds < 1 {
		return errors.New("race wants -data and -fundwatch")
	}
	if *knowledge == "" {
		*knowledge = findKnowledge(*data)
	}
	if *work == "" {
		tmp, err := os.MkdirTemp("", "race")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		*work = tmp
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	duckOut, fundOut := filepath.Join(*work, "duckdb.parquet"), filepath.Join(*work, "fundwatch")
	if err := os.MkdirAll(fundOut, 0o755); err != nil {
		return err
	}
	scan := []string{"scan", "--out", fundOut}
	if *knowledge != "" {
		scan = append(scan, "--knowledge", *knowledge)
	}
	if *onlyCore {
		scan = append(scan, "--detectors", core)
	}
	if err := warm(*data); err != nil {
		return err
	}
	var duck, fund []cost
	for range *rounds {
		d, err := measure(self, "-in", *data, "-knowledge", *knowledge, "-out", duckOut, "-threads", fmt.Sprint(*threads))
		if err != nil {
			return err
		}
		fmt.Printf("duckdb    %8.2f s %6.2f GiB\n", d.wall.Seconds(), d.peak)
		f, err := measure(*fundwatch, append(scan, *data)...)
		if err != nil {
			return err
		}
		fmt.Printf("fundwatch %8.2f s %6.2f GiB\n", f.wall.Seconds(), f.peak)
		duck, fund = append(duck, d), append(fund, f)
	}
	said, verdict := "findings equal", error(nil)
	findings := filepath.Join(fundOut, "findings.jsonl")
	if _, err := measure(self, "compare", duckOut, findings); err != nil {
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
			return err
		}
		said, verdict = "findings differ", errDiffer
	}
	peak := slices.MaxFunc(fund, func(a, b cost) int { return int((a.peak - b.peak) * 1024) }).peak
	fmt.Printf("ratio %.1f peak %.1f GiB %s\n", median(duck).Seconds()/median(fund).Seconds(), peak, said)
	return verdict
}

// measure runs a program to its end, its output on ours.
func measure(program string, args ...string) (cost, error) {
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return cost{}, fmt.Errorf("%s: %w", program, err)
	}
	wall := time.Since(start)
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return cost{wall, float64(usage.Maxrss) / (1 << 20)}, nil // Linux: KiB
}

// warm reads the tables once, so that neither side waits for the disk alone.
func warm(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.parquet"))
	if err != nil {
		return err
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, f)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// findKnowledge is the knowledge folder in or beside the data, or none.
func findKnowledge(data string) string {
	for _, dir := range []string{filepath.Join(data, "knowledge"), filepath.Join(filepath.Dir(filepath.Clean(data)), "knowledge")} {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
	}
	return ""
}

func median(runs []cost) time.Duration {
	walls := make([]time.Duration, len(runs))
	for i, r := range runs {
		walls[i] = r.wall
	}
	slices.Sort(walls)
	n := len(walls)
	return (walls[(n-1)/2] + walls[n/2]) / 2
}
