package accounts

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
)

// All people here are invented (虚构).

// counter is chance that never repeats, and is none.
type counter struct{ n byte }

func (c *counter) Read(b []byte) (int, error) {
	c.n++
	for i := range b {
		b[i] = c.n + byte(i)
	}
	return len(b), nil
}

type house struct {
	*Store
	journal *journal.Store
	now     time.Time
	acts    int
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{journal: journaltest.Open(t, journaltest.Config(t, Ops())), now: time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC)}
	var err error
	h.Store, err = Open(Options{Journal: h.journal, Secret: []byte(strings.Repeat("k", 32)), Chance: &counter{},
		Clock: func() time.Time { return h.now }, Cost: Cost{KiB: 64, Rounds: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) by(who string) By {
	h.acts++
	return By{ID: fmt.Sprint("act", h.acts), Who: who, Reason: "测试", At: h.now}
}

const good = "Long-enough1"

// active makes a user who can sign in.
func (h *house) active(t *testing.T, login string, roles ...Role) User {
	t.Helper()
	u, err := h.Invite(t.Context(), User{Login: login, Name: "虚构", Roles: roles}, h.by("root"))
	if err == nil {
		err = h.SetPassword(t.Context(), &u, good, h.by(login))
	}
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestTheThreeAdministratorsAreThreePeople(t *testing.T) {
	for _, roles := range [][]Role{{System, Security}, {System, Audit}, {Security, Audit}, {Audit, Inspector}, {Investigator, Security}} {
		if err := CheckRoles(roles); !errors.Is(err, ErrRoles) {
			t.Errorf("%v: %v", roles, err)
		}
	}
	for _, roles := range [][]Role{{}, {System}, {Inspector, Investigator, Supervisor}} {
		if err := CheckRoles(roles); err != nil {
			t.Errorf("%v: %v", roles, err)
		}
	}
	if !errors.Is(CheckRoles([]Role{"king"}), ErrRole) || !errors.Is(CheckRoles([]Role{Inspector, Inspector}), ErrRole) {
		t.Error("a role that there is not, or twice the same")
	}
	h := newHouse(t)
	if _, err := h.Invite(t.Context(), User{Login: "both", Name: "虚构", Roles: []Role{System, Audit}}, h.by("root")); !errors.Is(err, ErrRoles) {
		t.Errorf("a user with both: %v", err)
	}
}

// TestPermissionsAreGiven: no permission that nobody has, no role without one.
func TestPermissionsAreGiven(t *testing.T) {
	for _, p := range Permissions() {
		if len(With(p)) == 0 {
			t.Errorf("%s: nobody has it", p)
		}
	}
	for _, row := range table {
		for _, p := range row.may {
			if !slices.Contains(Permissions(), p) {
				t.Errorf("%s has the unknown permission %s", row.role, p)
			}
		}
	}
	if May([]Role{System}, UserWrite) || May([]Role{Audit}, UserWrite) || May([]Role{Security}, AuditRead) {
		t.Error("an administrator has what belongs to another")
	}
}

func TestFirstUserIsMadeOnce(t *testing.T) {
	h := newHouse(t)
	if empty, err := h.Empty(t.Context()); !empty || err != nil {
		t.Fatal(empty, err)
	}
	u, err := h.First(t.Context(), "sec", "虚构", good, h.by("setup"))
	if err != nil || !slices.Equal(u.Roles, []Role{Security}) || u.Status != Active {
		t.Fatal(u, err)
	}
	if _, err := h.First(t.Context(), "other", "虚构", good, h.by("setup")); !errors.Is(err, ErrFirst) {
		t.Errorf("a second first user: %v", err)
	}
	if empty, _ := h.Empty(t.Context()); empty {
		t.Error("still empty")
	}
}

func TestSignIn(t *testing.T) {
	h := newHouse(t)
	h.active(t, "zhang", Investigator)
	if u, err := h.SignIn(t.Context(), "zhang", good, "a"); err != nil || u.Login != "zhang" {
		t.Fatal(u, err)
	}
	for _, c := range [][2]string{{"zhang", "wrong"}, {"nobody", good}, {"nobody", ""}} {
		if _, err := h.SignIn(t.Context(), c[0], c[1], "a"); !errors.Is(err, ErrWrong) {
			t.Errorf("%v: %v", c, err)
		}
	}
	invited, err := h.Invite(t.Context(), User{Login: "li.new", Name: "虚构", Roles: []Role{Inspector}}, h.by("root"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.SignIn(t.Context(), "li.new", "", "a"); !errors.Is(err, ErrWrong) {
		t.Errorf("an invited user: %v", err)
	}
	if _, err := h.Invite(t.Context(), User{Login: "zhang", Name: "虚构"}, h.by("root")); !errors.Is(err, ErrLogin) {
		t.Errorf("a login twice: %v", err)
	}
	if err := h.Change(t.Context(), User{ID: invited.ID, Version: 7}, h.by("root")); err == nil {
		t.Error("a change of a version that is not")
	}
}

// TestFailuresSlowDown: the fourth wrong password must wait, and a right one
// too; another user need not.
func TestFailuresSlowDown(t *testing.T) {
	h := newHouse(t)
	h.active(t, "zhang", Investigator)
	h.active(t, "wang", Investigator)
	var slow *SlowError
	for i := range 6 {
		_, err := h.SignIn(t.Context(), "zhang", "wrong", "a")
		if errors.As(err, &slow) != (i >= freeTries) {
			t.Errorf("try %d: %v", i+1, err)
		}
	}
	if _, err := h.SignIn(t.Context(), "zhang", good, "a"); !errors.As(err, &slow) || slow.After <= 0 {
		t.Errorf("the right password at once: %v", err)
	}
	if _, err := h.SignIn(t.Context(), "wang", good, "a"); err != nil {
		t.Errorf("another user: %v", err)
	}
}

func TestPasswords(t *testing.T) {
	for password, ok := range map[string]bool{
		"": false, "short1A": false, "alllowercase": false, "aaaaaaaaaaaaaaaa": false, "Zhang-12345": false,
		good: true, "一句很长很长而且容易记住的中文口令": true, "four words of english": true,
	} {
		if err := CheckPassword("zhang", password); (err == nil) != ok {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	h := newHouse(t)
	u := h.active(t, "zhang", Investigator)
	begin := func() string {
		t.Helper()
		u, err := h.ByLogin(t.Context(), "zhang")
		if err != nil {
			t.Fatal(err)
		}
		token, err := h.Begin(t.Context(), &u, Full)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	ends := func(why, token string) {
		t.Helper()
		if _, _, err := h.Resume(t.Context(), token); !errors.Is(err, ErrSession) {
			t.Errorf("%s: %v", why, err)
		}
	}
	token := begin()
	if have, stage, err := h.Resume(t.Context(), token); err != nil || have.ID != u.ID || stage != Full {
		t.Fatal(have, stage, err)
	}
	if ttl := h.journal.Aside().TTL(t.Context(), h.sessionKey(token)).Val(); ttl != 30*time.Minute {
		t.Errorf("ends unused after %v", ttl)
	}
	if err := h.End(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	ends("signed out", token)
	ends("never begun", "x")

	token = begin()
	h.now = h.now.Add(12 * time.Hour)
	ends("twelve hours", token)

	token = begin()
	if err := h.Change(t.Context(), User{ID: u.ID, Version: u.Version, Name: "虚构", Roles: []Role{Inspector}}, h.by("root")); err != nil {
		t.Fatal(err)
	}
	ends("other rights", token)

	token = begin()
	if err := h.Change(t.Context(), User{ID: u.ID, Version: u.Version + 1, Name: "虚构", Status: Disabled}, h.by("root")); err != nil {
		t.Fatal(err)
	}
	ends("disabled", token)
	if _, err := h.SignIn(t.Context(), "zhang", good, "a"); !errors.Is(err, ErrWrong) {
		t.Errorf("a disabled user signs in: %v", err)
	}
}

func TestNobodyChangesTheirOwnRights(t *testing.T) {
	h := newHouse(t)
	u := h.active(t, "sec", Security)
	if err := h.Change(t.Context(), u, h.by("sec")); !errors.Is(err, ErrOwn) {
		t.Error(err)
	}
	if err := h.Forget(t.Context(), u.ID, u.Version, h.by("sec")); !errors.Is(err, ErrOwn) {
		t.Error(err)
	}
}

func TestSecondFactor(t *testing.T) {
	h := newHouse(t)
	u := h.active(t, "zhang", Investigator)
	secret, address, err := h.NewFactor(t.Context(), &u)
	if err != nil || !strings.HasPrefix(address, "otpauth://totp/") {
		t.Fatal(address, err)
	}
	if again, _, _ := h.NewFactor(t.Context(), &u); again != secret {
		t.Error("asked again, the proposal is another one")
	}
	code := func() string {
		c, err := totp.GenerateCode(secret, h.now)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if err := h.SetFactor(t.Context(), &u, "000000", h.by("zhang")); !errors.Is(err, ErrWrong) {
		t.Errorf("a wrong code: %v", err)
	}
	if err := h.SetFactor(t.Context(), &u, code(), h.by("zhang")); err != nil {
		t.Fatal(err)
	}
	if has, err := h.HasFactor(&u); !has || err != nil {
		t.Error(has, err)
	}
	if err := h.Code(t.Context(), &u, code()); !errors.Is(err, ErrWrong) {
		t.Errorf("a code used before: %v", err)
	}
	h.now = h.now.Add(time.Minute)
	if err := h.Code(t.Context(), &u, code()); err != nil {
		t.Errorf("a new code: %v", err)
	}
	// A new password keeps the factor.
	if err := h.SetPassword(t.Context(), &u, good+"2", h.by("zhang")); err != nil {
		t.Fatal(err)
	}
	if has, _ := h.HasFactor(&u); !has {
		t.Error("the factor went with the password")
	}
}

func TestLinksWorkOnce(t *testing.T) {
	h := newHouse(t)
	token, err := h.Link(t.Context(), Invite, "U1", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if user, err := h.Peek(t.Context(), Invite, token); user != "U1" || err != nil {
			t.Fatal(user, err)
		}
	}
	if _, err := h.Take(t.Context(), Enter, token); !errors.Is(err, ErrLink) {
		t.Errorf("for another purpose: %v", err)
	}
	if user, err := h.Take(t.Context(), Invite, token); user != "U1" || err != nil {
		t.Fatal(user, err)
	}
	if _, err := h.Take(t.Context(), Invite, token); !errors.Is(err, ErrLink) {
		t.Errorf("twice: %v", err)
	}
}

// TestReferences: equal numbers have equal references, nothing of the number
// shows, and those of others mean nothing.
func TestReferences(t *testing.T) {
	h, other := newHouse(t), newHouse(t)
	other.refs[0]++
	a, b := h.Reference("P152900000001"), h.Reference("P152900000002")
	if a == b || a != h.Reference("P152900000001") || strings.Contains(a, "1529") {
		t.Error(a, b)
	}
	if n, err := h.Number(a); n != "P152900000001" || err != nil {
		t.Error(n, err)
	}
	for _, bad := range []string{"", "x", a[1:], a + "A", other.Reference("P152900000001")} {
		if _, err := h.Number(bad); !errors.Is(err, ErrReference) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestUsersComeBackFromTheJournal: a rebuilt state is equal, nobody has to sign
// up again, and the journal shows neither password nor factor.
func TestUsersComeBackFromTheJournal(t *testing.T) {
	h := newHouse(t)
	u := h.active(t, "zhang", Investigator)
	secret, _, err := h.NewFactor(t.Context(), &u)
	if err != nil {
		t.Fatal(err)
	}
	code, _ := totp.GenerateCode(secret, h.now)
	if err := h.SetFactor(t.Context(), &u, code, h.by("zhang")); err != nil {
		t.Fatal(err)
	}
	if err := h.Note(t.Context(), "person.reveal", "lead:L1", h.by("zhang")); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Begin(t.Context(), &u, Full); err != nil {
		t.Fatal(err)
	}
	k := &journaltest.Kafka{}
	relay := journal.NewRelay(h.journal, k)
	for n := 1; n > 0; {
		if n, err = relay.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	fresh := journaltest.Open(t, journaltest.Config(t, Ops()))
	if _, err := journal.Rebuild(t.Context(), fresh, records(k)); err != nil {
		t.Fatal(err)
	}
	want, _ := journal.Digest(t.Context(), h.journal)
	if have, err := journal.Digest(t.Context(), fresh); have != want || err != nil {
		t.Errorf("rebuilt %s, want %s (%v)", have, want, err)
	}
	h.Store.journal = fresh
	if _, err := h.SignIn(t.Context(), "zhang", good, "a"); err != nil {
		t.Errorf("after the rebuild: %v", err)
	}
	for _, m := range k.Topics[journal.Topic] {
		if strings.Contains(string(m.Value), secret) || strings.Contains(string(m.Value), good) {
			t.Error("a secret stands in the journal")
		}
	}
	// With another secret of the installation nothing can be opened.
	h.sealing[0]++
	if _, err := h.SignIn(context.Background(), "zhang", good, "a"); !errors.Is(err, errProof) {
		t.Errorf("with another secret: %v", err)
	}
}

func records(k *journaltest.Kafka) iter.Seq2[journal.Record, error] {
	return func(yield func(journal.Record, error) bool) {
		for _, m := range k.Topics[journal.Topic] {
			r, err := journal.ParseRecord(m.Value)
			if !yield(r, err) {
				return
			}
		}
	}
}
