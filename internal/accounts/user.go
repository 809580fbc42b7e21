package accounts

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"fundwatch/internal/journal"
)

//go:embed ops.lua
var ops string

// Ops are the operations of this room, for [journal.Config].
func Ops() journal.Ops { return journal.Ops(ops) }

// Status of a user.
type Status string

// What a user can be.
const (
	Invited  Status = "invited"  // has not set a password yet
	Active   Status = "active"   //
	Disabled Status = "disabled" // may not sign in
)

// User is a person who works here.
type User struct {
	ID       string
	Login    string
	Name     string
	Roles    []Role
	Counties []string // division codes; empty: the whole region
	Status   Status
	Version  int64 // moves with every change; sessions of an older one end
	Since    string

	proof string // sealed, see proof.go
}

// May reports whether the user has a permission.
func (u *User) May(p Permission) bool { return May(u.Roles, p) }

// Sees reports whether something of a county is in the user's scope. What
// belongs to no county is seen only by those who see the whole region.
func (u *User) Sees(county string) bool {
	return len(u.Counties) == 0 || county != "" && slices.Contains(u.Counties, county)
}

// Errors of this room. They are for people and hold no secret.
var (
	ErrMissing = errors.New("没有这个用户 no such user")
	ErrLogin   = errors.New("登录名已被使用 the login is taken")
	ErrFirst   = errors.New("已完成初始设置 the first user exists already")
	ErrOwn     = errors.New("不能更改自己的角色、范围和状态 nobody changes their own rights")
	ErrName    = errors.New("登录名为 3 至 32 个小写字母、数字、点或连字符；姓名 1 至 40 字 a login has 3 to 32 small letters, digits, . or -; a name 1 to 40 characters")
	ErrCounty  = errors.New("县区不是六位区划代码 a county is no division code of six digits")
)

// VersionError says that a user changed since the person saw it.
type VersionError struct{ Have, Want int64 }

// Error says so to a person.
func (e *VersionError) Error() string {
	return fmt.Sprintf("用户已被修改 the user has version %d, not %d", e.Have, e.Want)
}

// staff is the chain of what people do.
const staff = "staff"

// By is who changes something, and why.
type By struct {
	ID     string // of the act, at random
	Who    string // login
	Reason string
	At     time.Time
}

var (
	loginForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{2,31}$`)
	countyForm = regexp.MustCompile(`^[0-9]{6}$`)
)

const maxReason = 4000 // bytes

// check refuses a user that cannot be.
func (u *User) check() error {
	if n := len([]rune(u.Name)); !loginForm.MatchString(u.Login) || n < 1 || n > 40 || strings.ContainsAny(u.Name, "\n\r\t") {
		return ErrName
	}
	for _, c := range u.Counties {
		if !countyForm.MatchString(c) {
			return ErrCounty
		}
	}
	return CheckRoles(u.Roles)
}

// put writes a user as a whole, on top of the version it was read with.
func (s *Store) put(ctx context.Context, u *User, kind string, by By, first bool) error {
	if by.ID == "" || by.Who == "" || by.Reason == "" || len(by.Reason) > maxReason {
		return errors.New("an act has an id, a person and a reason")
	}
	if err := u.check(); err != nil {
		return err
	}
	roles := make([]string, len(u.Roles))
	for i, r := range u.Roles {
		roles[i] = string(r)
	}
	op := journal.Op{
		"op": "user", "id": u.ID, "version": strconv.FormatInt(u.Version, 10), "login": u.Login, "name": u.Name,
		"roles": strings.Join(roles, " "), "counties": strings.Join(u.Counties, " "), "status": string(u.Status), "proof": u.proof,
	}
	if first {
		op["first"] = "1"
	}
	_, err := s.journal.Append(ctx, journal.Entry{Chain: staff, At: by.At, Kind: kind, Object: "user:" + u.ID, Version: u.Version + 1,
		Who: by.Who, ID: by.ID, Body: map[string]string{"reason": by.Reason}, Ops: []journal.Op{op}})
	if refused, ok := errors.AsType[*journal.Refused](err); ok {
		return refusal(refused, u.Version)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	u.Version++
	return nil
}

func refusal(r *journal.Refused, want int64) error {
	switch r.Reason {
	case "login":
		return ErrLogin
	case "first":
		return ErrFirst
	case "version":
		_, found, _ := strings.Cut(r.Found, " ")
		have, err := strconv.ParseInt(found, 10, 64)
		if err != nil {
			return fmt.Errorf("read version of a user: %w", err)
		}
		return &VersionError{Have: have, Want: want}
	}
	return r
}

// Note writes a line that changes nothing but tells of an act, such as a look
// at personal data.
func (s *Store) Note(ctx context.Context, kind, object string, by By) error {
	if by.ID == "" || by.Who == "" || by.Reason == "" || len(by.Reason) > maxReason {
		return errors.New("an act has an id, a person and a reason")
	}
	_, err := s.journal.Append(ctx, journal.Entry{Chain: staff, At: by.At, Kind: kind, Object: object, Version: 0, Who: by.Who, ID: by.ID,
		Body: map[string]string{"reason": by.Reason}, Ops: []journal.Op{{"op": "note"}}})
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return nil
}

// User gives a user by id, or [ErrMissing].
func (s *Store) User(ctx context.Context, id string) (User, error) {
	h, err := s.journal.Reader().HGetAll(ctx, s.journal.Key("user:"+id)).Result()
	if err == nil && len(h) == 0 {
		err = ErrMissing
	}
	if err != nil {
		return User{}, fmt.Errorf("read user: %w", err)
	}
	return parse(h)
}

// ByLogin gives a user by login, or [ErrMissing].
func (s *Store) ByLogin(ctx context.Context, login string) (User, error) {
	id, err := s.journal.Reader().HGet(ctx, s.journal.Key("users:login"), login).Result()
	if errors.Is(err, redis.Nil) {
		return User{}, ErrMissing
	}
	if err != nil {
		return User{}, fmt.Errorf("find user: %w", err)
	}
	return s.User(ctx, id)
}

// Users lists all users, by login.
func (s *Store) Users(ctx context.Context) ([]User, error) {
	ids, err := s.journal.Reader().SMembers(ctx, s.journal.Key("users")).Result()
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	out := make([]User, 0, len(ids))
	for _, id := range ids {
		u, err := s.User(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b User) int { return strings.Compare(a.Login, b.Login) })
	return out, nil
}

func parse(h map[string]string) (User, error) {
	version, err := strconv.ParseInt(h["version"], 10, 64)
	if err != nil {
		return User{}, errors.New("a user without a version")
	}
	u := User{ID: h["id"], Login: h["login"], Name: h["name"], Counties: strings.Fields(h["counties"]), Status: Status(h["status"]),
		Version: version, Since: h["since"], proof: h["proof"]}
	for r := range strings.FieldsSeq(h["roles"]) {
		u.Roles = append(u.Roles, Role(r))
	}
	return u, nil
}
