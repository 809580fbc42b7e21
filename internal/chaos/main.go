// Command chaos lets things go wrong and looks whether that left a trace:
//
//	.ci/services go run ./internal/chaos -faults 20
//
// Claims are sent to a topic, some of them twice, some damaged, in an order
// scrambled by days, while workers read them, and at random moments a worker,
// Redis or Kafka is killed (kill -9) and started again, Redis runs out of room,
// a worker is frozen, or the network between them is reset, silent, cut inside a
// frame or slow. A share of the claims is sent for each fault, so that each comes
// while there is work.
// Then one worker does the same topic in peace into an empty database. Findings,
// leads, cases, dead letters and counters must be equal. The last line is
//
//	N faults lost N extra N
//
// and the exit code 1 where anything differs.
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
	"syscall"
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
	flag.Parse()
	var err error
	if o.work != "" {
		err = o.beWorker(context.Background())
	} else {
		err = o.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

type options struct {
	faults, claims, workers, db int
	seed                        uint64
	work                        string
	until                       int64
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
	place, err := trial.NewPlace(ctx, o.seed, o.claims)
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
	calm := o.command(topic, 1, total)
	if err := calm.Run(); err != nil {
		return fmt.Errorf("the calm worker: %w", err)
	}
	return o.verdict(ctx, s)
}

// trouble makes fault n after a random while.
func (o *options) trouble(ctx context.Context, rng *rand.Rand, n int, c *crew) (err error) {
	time.Sleep(time.Duration(200+rng.IntN(1500)) * time.Millisecond)
	what := "worker killed"
	switch at := rng.IntN(16); {
	case at < 5:
		err = c.kill(rng.IntN(o.workers))
	case at < 7:
		what, err = "redis killed", restart("FUNDWATCH_TEST_REDIS_RESTART")
	case at < 9:
		what, err = "kafka killed", restart("FUNDWATCH_TEST_KAFKA_RESTART")
	case at < 11:
		what, err = "redis out of room", restart("FUNDWATCH_TEST_REDIS_FILL")
	case at < 15:
		what, err = c.net.spoil(ctx, rng)
	default:
		what, err = "worker frozen", c.freeze(rng.IntN(o.workers), time.Duration(1+rng.IntN(8))*time.Second)
	}
	if err != nil {
		return fmt.Errorf("fault %d, %s: %w", n, what, err)
	}
	fmt.Printf("fault %d: %s\n", n, what)
	return nil
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
			if err := p.Publish(ctx, topic, some); err != nil {
				return fmt.Errorf("send: %w", err)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	return nil
}

// crew is the workers that run.
type crew struct {
	o     *options
	topic string
	net   *network
	list  []*exec.Cmd
}

// command is a worker as a process of its own.
func (o *options) command(topic string, db int, until int64) *exec.Cmd {
	c := exec.Command(os.Args[0], "-work", topic, "-db", strconv.Itoa(db), "-until", strconv.FormatInt(until, 10),
		"-seed", strconv.FormatUint(o.seed, 10), "-claims", strconv.Itoa(o.claims))
	c.Stderr = os.Stderr
	return c
}

func (c *crew) add() error {
	cmd, err := c.start()
	if err == nil {
		c.list = append(c.list, cmd)
	}
	return err
}

// start begins a worker whose connections go through the network.
func (c *crew) start() (*exec.Cmd, error) {
	cmd := c.o.command(c.topic, 0, 0)
	c.net.through(cmd)
	return cmd, cmd.Start()
}

// kill ends a worker in the middle of whatever it does, and starts another.
func (c *crew) kill(n int) (err error) {
	if err := c.list[n].Process.Kill(); err != nil {
		return err
	}
	_ = c.list[n].Wait() // killed: that is its error
	c.list[n], err = c.start()
	return err
}

// freeze stops a worker for a while: it comes back and does not know that its
// time is over.
func (c *crew) freeze(n int, d time.Duration) error {
	p := c.list[n].Process
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	time.Sleep(d)
	return p.Signal(syscall.SIGCONT)
}

// settle waits until everything in the topic is done, and ends the workers.
func (c *crew) settle(ctx context.Context, s *trial.Services, topic string) (total int64, err error) {
	defer func() {
		for _, cmd := range c.list {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}()
	if total, err = ends(ctx, s, topic); err != nil {
		return 0, err
	}
	for range 1200 {
		if store, _, err := s.Store(ctx, 0); err == nil {
			if n, err := done(ctx, store); err == nil && n >= total {
				return total, nil
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return 0, errors.New("the workers did not catch up in two minutes")
}
