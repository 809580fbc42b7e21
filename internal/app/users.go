package app

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/internal/accounts"
)

// userFlags are the flags of the command about users.
type userFlags struct {
	settingsFlags
	json        bool
	who, reason string
}

// inviteLasts is how long an invitation from the command line is good.
const inviteLasts = 24 * time.Hour

func (e *env) userCommand() *cobra.Command {
	var f userFlags
	invite := &cobra.Command{
		Use:   "invite LOGIN",
		Short: "作废一个用户的口令和第二因素，给出一次性链接；安全管理员自己进不来时用 · end what proves a user and print a one-time link, for when no security administrator can sign in",
		Args:  exactly(1, "LOGIN"),
		RunE: func(c *cobra.Command, args []string) error {
			return withState(c.Context(), &f.settingsFlags, false, func(s *services) error { return e.inviteUser(c.Context(), s, args[0], &f) })
		},
	}
	f.add(invite)
	invite.Flags().StringVar(&f.who, "who", "", "操作人 (who does it)")
	invite.Flags().StringVar(&f.reason, "reason", "", "理由 (why)")
	invite.Flags().BoolVar(&f.json, "json", false, "打印 JSON (print JSON)")
	return parent("user", "网页用户 · users of the pages", invite)
}

func (e *env) inviteUser(ctx context.Context, s *services, login string, f *userFlags) error {
	if f.who == "" || f.reason == "" {
		return usage("须写明 --who 和 --reason (both are needed)")
	}
	users, err := s.openAccounts(e.clock, accounts.DefaultCost)
	if err != nil {
		return err
	}
	if users == nil {
		return usage("desk.secret_file 未设置 (is not set)")
	}
	u, err := users.ByLogin(ctx, login)
	if err != nil {
		return err
	}
	if err := users.Forget(ctx, u.ID, u.Version, accounts.By{ID: newID(), Who: f.who, Reason: f.reason, At: e.clock()}); err != nil {
		return err
	}
	token, err := users.Link(ctx, accounts.Invite, u.ID, inviteLasts)
	if err != nil {
		return err
	}
	if f.json {
		return writeJSON(e.out, map[string]string{"login": login, "path": "/invite/" + token})
	}
	_, err = fmt.Fprintf(e.out, "一次性链接，24 小时内有效，接在工作台地址之后 (one-time link, good for 24 hours, after the address of the pages):\n/invite/%s\n", token)
	return err
}
