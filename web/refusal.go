package web

import (
	"encoding/json"
	"net/http"
	"strconv"

	"fundwatch/claim"
)

// refusal is an answer that is no yes: what is wrong, and what to do.
type refusal struct {
	status int
	after  int // seconds after which to try again, 0: not said

	Code   string         `json:"code"`
	ZH     string         `json:"sentence_zh"`
	EN     string         `json:"sentence_en"`
	TodoZH string         `json:"todo_zh"`
	TodoEN string         `json:"todo_en"`
	Lines  []lineProblems `json:"lines,omitempty"`
	More   int            `json:"more_problems,omitempty"` // that are not told
}

// lineProblems is what is wrong with one line of a request, from 1.
type lineProblems struct {
	Line     int             `json:"line"`
	Problems []claim.Problem `json:"problems,omitempty"`
}

// with gives the refusal with lines.
func (r refusal) with(lines []lineProblems, more int) *refusal {
	r.Lines, r.More = lines, more
	return &r
}

// The refusals there are. Their codes are part of the product's outer edge and
// stand in docs/operations.md.
var (
	refuseToken = refusal{status: http.StatusUnauthorized, Code: "token",
		ZH: "没有令牌，或令牌无效。", EN: "No token, or one that is not valid.",
		TodoZH: "在请求头 Authorization 中写 Bearer 和本机构的令牌；令牌遗失请向医保经办机构重新领取。", TodoEN: "Put Bearer and your institution's token into the header Authorization; ask the agency for a new one if it is lost."}
	refuseOthers = refusal{status: http.StatusForbidden, Code: "institution",
		ZH: "所列各行不是本机构的结算，全部未接收。", EN: "The lines named are claims of another institution. Nothing was accepted.",
		TodoZH: "只报送 fixmedins_code 为本机构代码的结算；去掉所列各行后重新报送。", TodoEN: "Send only claims whose fixmedins_code is your own; take these lines out and send again."}
	refuseMethod = refusal{status: http.StatusMethodNotAllowed, Code: "method",
		ZH: "此处只接受 POST。", EN: "Only POST is accepted here.", TodoZH: "改用 POST。", TodoEN: "Use POST."}
	refusePath = refusal{status: http.StatusNotFound, Code: "path",
		ZH: "没有这个地址。", EN: "There is nothing here.", TodoZH: "报送结算用 POST /api/v1/claims。", TodoEN: "To send claims use POST /api/v1/claims."}
	refuseType = refusal{status: http.StatusUnsupportedMediaType, Code: "type",
		ZH: "不支持这种内容类型或压缩。", EN: "This content type or encoding is not supported.",
		TodoZH: "一笔结算用 application/json，多笔一行一笔用 application/x-ndjson，不压缩。", TodoEN: "Use application/json for one claim, application/x-ndjson for one a line, not compressed."}
	refuseLarge = refusal{status: http.StatusRequestEntityTooLarge, Code: "too-large",
		ZH: "请求过大，全部未接收。", EN: "The request is too large. Nothing was accepted.",
		TodoZH: "分成几次报送。", TodoEN: "Send it in parts."}
	refuseMany = refusal{status: http.StatusRequestEntityTooLarge, Code: "too-many",
		ZH: "一次报送的结算过多，全部未接收。", EN: "Too many claims in one request. Nothing was accepted.",
		TodoZH: "分成几次报送。", TodoEN: "Send them in parts."}
	refuseRead = refusal{status: http.StatusBadRequest, Code: "read",
		ZH: "请求没有完整到达，全部未接收。", EN: "The request did not arrive whole. Nothing was accepted.",
		TodoZH: "重新报送；重复报送无害。", TodoEN: "Send it again; sending twice does no harm."}
	refuseEmpty = refusal{status: http.StatusUnprocessableEntity, Code: "empty",
		ZH: "请求中没有结算。", EN: "There is no claim in the request.", TodoZH: "报送至少一笔结算。", TodoEN: "Send at least one claim."}
	refuseClaims = refusal{status: http.StatusUnprocessableEntity, Code: "claims",
		ZH: "所列各行不合格，全部未接收。", EN: "The lines named have problems. Nothing was accepted.",
		TodoZH: "按所列问题改正后，整个重新报送。", TodoEN: "Mend what is named and send the whole again."}
	refuseBusy = refusal{status: http.StatusTooManyRequests, after: 2, Code: "busy",
		ZH: "处理暂时跟不上，全部未接收。", EN: "Work is behind for the moment. Nothing was accepted.",
		TodoZH: "按 Retry-After 所示秒数后重新报送。", TodoEN: "Send it again after the seconds of Retry-After."}
	refuseAway = refusal{status: http.StatusServiceUnavailable, after: 10, Code: "unavailable",
		ZH: "暂时无法确认接收，其中一部分可能已经收到。", EN: "Acceptance cannot be confirmed for the moment; some of it may have arrived.",
		TodoZH: "按 Retry-After 所示秒数后整个重新报送；重复报送无害。", TodoEN: "Send the whole again after the seconds of Retry-After; sending twice does no harm."}
)

// write sends the refusal.
func (r *refusal) write(w http.ResponseWriter) {
	if r.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(r.after))
	}
	if r.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="fundwatch"`)
	}
	writeJSON(w, r.status, r)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil { // structs of texts and numbers can always be written
		status, b = http.StatusInternalServerError, []byte(`{"code":"internal"}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(append(b, '\n')) // whoever has gone away does not hear it
}
