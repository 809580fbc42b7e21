// Command chaos lets things go wrong and looks whether that left a trace:
//
//	.ci/services go run ./internal/chaos -faults 20
//
// Claims are sent to a topic, some of them twice, some damaged, in an order
// scrambled by days, while workers read them, and at random moments a worker,
// Redis or Kafka is killed (kill -9) and started again, Redis or the archive of
// the workers runs out of room, a worker is frozen, ended and started again or
// joined by another, or the network between them is reset, silent, cut inside a
// frame or slow. A share of the claims is sent for each fault, so that each comes
// while there is work.
// Then one worker does the same topic in peace into an empty database. Findings,
// leads, cases, dead letters and counters must be equal, and a scan of the
// archive must find what the stream found. The last line is
//
//	N faults lost N extra N
//
// and the exit code 1 where anything differs. With -power it watches instead
// whether Redis answers before it has written to the disk.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"fundwatch/claim/claimtest"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/trial"
)

const partitions = 4

func main() {
	var o options
	flag.IntVar(&o.faults, "faults", 20, "faults in all")
	flag.IntVar(&o.claims, "claims", 30_000, "claims sent")
	flag.IntVar(&o.workers, "workers", 2, "workers at a time")
	flag.Uint64Var(&o.seed, "seed", 1, "of chance")
	flag.StringVar(&o.work, "work", "", "be a worker: the topic (used by chaos itself)")
	flag.IntVar(&o.db, "db", 0, "database of a worker")
	flag.Int64Var(&o.until, "until", 0, "a worker ends when so many messages are done")
	flag.StringVar(&o.disk, "disk", "", "a small file system of its own, for the archive: it is filled, where else a limit on the size of files stands for a full disk")
	flag.StringVar(&o.keep, "keep", "", "archive of a worker, empty for none")
	flag.IntVar(&o.rows, "rows", 100, "claims of a range of the archive")
	power := flag.Bool("power", false, "instead: watch whether redis-server answers only what is on the disk (needs strace)")
	flag.Parse()
	do := o.run
	switch {
	case o.work != "":
		do = o.beWorker
	case *power:
		do = o.power
	}
	err := do(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

type options struct {
	faults, claims, workers, db, rows int
	seed                              uint64
	work, disk, keep                  string
	until                             int64
}

func (o *options) run(ctx context.Context) error {
	s, err := trial.Open()
	if err != nil {
		return err
	}
	defer s.Client.Close()
	topic := fmt.Sprintf("claims-chaos-%d", time.Now().UnixNano())
	if err := s.Topics(ctx, partitions, topic); err != nil {
		return err
	}
	place, err := trial.NewPlace(ctx, o.seed, o.claims, 0)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(o.seed, 1))
	messages := scramble(rng, place.Claims())
	shares, sent := make(chan []kafka.Message, o.faults+1), make(chan error, 1)
	go func() { sent <- send(ctx, s.Producer, topic, shares) }()
	net, err := newNetwork()
	if err != nil {
		return err
	}
	defer net.close()
	crew := &crew{o: o, topic: topic, net: net}
	if crew.archive, err = os.MkdirTemp(o.disk, "archive"); err != nil {
		return err
	}
	defer os.RemoveAll(crew.archive)
	defer crew.end()
	for range o.workers {
		if err := crew.add(); err != nil {
			return err
		}
	}
	share := len(messages) / (o.faults + 1)
	for n := range o.faults {
		shares <- messages[n*share : (n+1)*share]
		if err := o.trouble(ctx, rng, n+1, crew); err != nil {
			return err
		}
	}
	shares <- messages[o.faults*share:]
	close(shares)
	if err := <-sent; err != nil {
		return err
	}
	total, err := crew.settle(ctx, s, topic)
	if err != nil {
		return err
	}
	fmt.Printf("%d messages sent, %d in the topic, after trouble all done\n", len(messages), total)
	broken := errors.Join(crew.archived(ctx, s, place), crew.told.verdict())
	calm := o.command(topic, 1, total)
	if err := calm.Run(); err != nil {
		return fmt.Errorf("the calm worker: %w", err)
	}
	return errors.Join(broken, o.verdict(ctx, s))
}

// restart kills a service and starts it again, by the script of .ci/services.
func restart(script string) error {
	path := os.Getenv(script)
	if path == "" {
		return errors.New(script + " names no script")
	}
	out, err := exec.Command(path).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// scramble gives the claims in an order that is wrong by up to some days' worth,
// three in ten of them twice, one in a hundred damaged, two of 20 MB.
func scramble(rng *rand.Rand, claims [][]byte) []kafka.Message {
	type placed struct {
		at  int
		msg []byte
	}
	const apart = 300
	var out []placed
	for i, c := range claims {
		out = append(out, placed{i + rng.IntN(apart), c})
		if rng.IntN(10) < 3 {
			out = append(out, placed{i + rng.IntN(apart), c})
		}
		if rng.IntN(100) == 0 {
			out = append(out, placed{i + rng.IntN(apart), damage(rng, c)})
		}
	}
	for _, m := range huge(claims[len(claims)/2]) {
		out = append(out, placed{rng.IntN(len(claims)), m})
	}
	byPlace := make([][][]byte, len(claims)+apart)
	for _, p := range out {
		byPlace[p.at] = append(byPlace[p.at], p.msg)
	}
	var messages []kafka.Message
	for _, some := range byPlace {
		for _, msg := range some {
			key, _ := kafka.KeyOf(msg)
			messages = append(messages, kafka.Message{Key: key, Value: msg})
		}
	}
	return messages
}

// harm is a way in which a member of a claim is no member of a claim: a path and
// the JSON put there.
var harm = []struct{ path, value string }{
	{"setlinfo.setl_id", `""`},
	{"setlinfo.psn_no", "17"},
	{"setlinfo.setl_time", `"2026-02-30 10:00:00"`},
	{"setlinfo.insutype", "null"},
	{"setlinfo.medfee_sumamt", `"1e400"`},
	{"setlinfo.fund_pay_sumamt", `"1.005"`},
	{"setlinfo.gend", "{}"},
	{"setlinfo", "[]"},
	{"feedetail[0].cnt", `"0"`},
	{"feedetail[0].feedetl_sn", ""},
	{"feedetail[0].det_item_fee_sumamt", `"三元"`},
	{"feedetail", `"none"`},
}

// damage makes of a claim what is none.
func damage(rng *rand.Rand, c []byte) []byte {
	const others = 5
	switch kind := rng.IntN(others + len(harm)); kind {
	case 0:
		return c[:rng.IntN(len(c))]
	case 1:
		return append([]byte("\xff\xfe"), c...)
	case 2:
		return bytes.Repeat([]byte("["), 10_000)
	case 3:
		return []byte(`{"setlinfo":{"setl_id":"","psn_no":"` + strconv.Itoa(rng.IntN(1000)) + `"}}`)
	case 4:
		out := bytes.Clone(c)
		out[rng.IntN(len(out))] ^= 1 << rng.IntN(8)
		return out
	default:
		h := harm[kind-others]
		return []byte(claimtest.Set(string(c), h.path, h.value))
	}
}

// huge gives two messages of 20 MB: a claim with a member that nobody knows, and
// no JSON at all.
func huge(c []byte) [][]byte {
	filler := strings.Repeat("虚构", 20<<20/len("虚构"))
	return [][]byte{[]byte(claimtest.Set(string(c), "note", `"`+filler+`"`)), []byte(filler)}
}

// send sends the shares as they come, a little at a time, so that faults fall
// between.
func send(ctx context.Context, p *kafka.Producer, topic string, shares <-chan []kafka.Message) error {
	for messages := range shares {
		for some := range slices.Chunk(messages, 25) {
			err := p.Publish(ctx, topic, some)
			for tries := 0; err != nil && tries < 10; tries++ { // Kafka was killed: what comes twice is a duplicate
				err = p.Publish(ctx, topic, some)
			}
			if err != nil {
				return fmt.Errorf("send: %w", err)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	return nil
}
