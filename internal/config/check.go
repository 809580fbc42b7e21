package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// check tells everything that can be seen without a connection.
func (l *Loaded) check(s Sources) {
	if l.Region == "" && slices.Contains(s.Without, "redis") {
		// Kafka alone has no regions.
	} else if len(l.Region) != 6 || strings.Trim(l.Region, "0123456789") != "" {
		l.wrong("region", "应为六位数字", "want six digits")
	}
	if len(l.Parts) == 0 {
		l.wrong("parts", "至少运行一部分", "want at least one part")
	}
	for i, p := range l.Parts {
		if !slices.Contains([]string{PartWorker, PartRelay, PartHTTP}, p) || slices.Contains(l.Parts[:i], p) {
			l.wrong("parts", "应为 worker、relay、http 中的若干，各一次", "want some of worker, relay, http, each once")
		}
	}
	l.addresses(s)
	l.topics()
	l.logins()
	l.web(s)
	l.numbers()
	l.files(s)
	l.place("archive.url", l.Archive.URL)
	l.place("cases.evidence_url", l.Cases.EvidenceURL)
	if n := len(l.Tips.Custodians); n != 0 && n != 2 {
		l.wrong("tips.custodians", "须为两个公钥", "two keys are needed")
	}
	for _, what := range l.Inspections.Publish {
		l.oneOf("inspections.publish", what, "objects", "results")
	}
	if len(l.Inspections.Publish) > 0 && strings.TrimSpace(l.Inspections.Basis) == "" {
		l.wrong("inspections.basis", "公开须写明依据", "what is published needs its basis")
	}
	l.oneOf("log.level", l.Log.Level, "debug", "info", "warn", "error")
	l.oneOf("log.format", l.Log.Format, "text", "json")
}

func (l *Loaded) wrong(key, zh, en string) { l.problem(l.where(key), key, zh, en) }

func (l *Loaded) oneOf(key, value string, all ...string) {
	if !slices.Contains(all, value) {
		l.wrong(key, "应为 "+strings.Join(all, "、"), "want one of "+strings.Join(all, ", "))
	}
}

// addresses checks where Kafka and Redis are.
func (l *Loaded) addresses(s Sources) {
	if s.Embedded {
		for _, key := range []string{"kafka.brokers", "kafka.tls.enabled", "kafka.sasl.mechanism", "redis.addrs", "redis.tls.enabled", "redis.cluster"} {
			if l.from[key] != "" {
				l.wrong(key, "与 --embedded 同时给出：嵌入式服务由程序启动", "given beside --embedded, which starts its own services")
			}
		}
		return
	}
	if len(l.Kafka.Brokers) == 0 {
		l.wrong("kafka.brokers", "未指定 Kafka 地址", "no broker given")
	}
	for _, b := range l.Kafka.Brokers {
		if _, ok := hostPort(b); !ok {
			l.wrong("kafka.brokers", "地址应为 主机:端口", "want host:port")
		}
	}
	if len(l.Redis.Addrs) == 0 && !slices.Contains(s.Without, "redis") {
		l.wrong("redis.addrs", "未指定 Redis 地址", "no address of Redis given")
	}
	for _, a := range l.Redis.Addrs {
		if _, ok := hostPort(a); !ok && !strings.HasPrefix(a, "/") {
			l.wrong("redis.addrs", "地址应为 主机:端口 或套接字的绝对路径", "want host:port or the absolute path of a socket")
		}
	}
	if len(l.Redis.Addrs) > 1 && !l.Redis.Cluster {
		l.wrong("redis.addrs", "多个地址只用于集群（redis.cluster）", "several addresses are for a cluster only")
	}
	if l.Redis.Cluster && l.Redis.DB != 0 {
		l.wrong("redis.db", "集群只有 0 号库", "a cluster has database 0 only")
	}
}

var topicName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,249}$`)

func (l *Loaded) topics() {
	t := l.Kafka.Topics
	names := []string{t.Claims, t.Dead, t.Findings, t.Journal}
	for i, key := range []string{"claims", "dead", "findings", "journal"} {
		if !topicName.MatchString(names[i]) {
			l.wrong("kafka.topics."+key, "主题名只含字母、数字、点、下划线、连字符", "want letters, digits, . _ -")
		} else if slices.Contains(names[:i], names[i]) {
			l.wrong("kafka.topics."+key, "与另一主题同名", "another topic has this name")
		}
	}
	if l.Kafka.Group == "" {
		l.wrong("kafka.group", "不能为空", "may not be empty")
	}
}

// logins checks what belongs together.
func (l *Loaded) logins() {
	s := l.Kafka.SASL
	switch {
	case s.Mechanism == "" && (s.User != "" || s.Password != ""):
		l.wrong("kafka.sasl.mechanism", "有用户名或口令，但未指定登录方式", "a user or password without a mechanism")
	case s.Mechanism == "":
	case s.User == "" || s.Password == "":
		l.wrong("kafka.sasl.user", "登录需要用户名和口令", "a login needs a user and a password")
	case s.Mechanism == "PLAIN" && !l.Kafka.TLS.Enabled && slices.ContainsFunc(l.Kafka.Brokers, func(b string) bool { return !loopback(b) }):
		l.wrong("kafka.sasl.mechanism", "PLAIN 会明文传送口令，须同时使用 kafka.tls", "PLAIN sends the password readable: use kafka.tls")
	}
	if s.Mechanism != "" {
		l.oneOf("kafka.sasl.mechanism", s.Mechanism, "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
	}
	if l.Redis.User != "" && l.Redis.Password == "" {
		l.wrong("redis.user", "有用户名而没有口令", "a user without a password")
	}
	for i, t := range []TLS{l.Kafka.TLS, l.Redis.TLS} {
		key := []string{"kafka.tls", "redis.tls"}[i]
		if (t.CertFile == "") != (t.KeyFile == "") {
			l.wrong(key+".cert_file", "证书和私钥须同时给出", "certificate and key belong together")
		}
		if !t.Enabled && (t.CAFile != "" || t.CertFile != "") {
			l.wrong(key+".enabled", "给出了证书，但没有启用加密", "certificates without encryption")
		}
	}
}

// web checks what listens.
func (l *Loaded) web(s Sources) {
	if (l.HTTP.CertFile == "") != (l.HTTP.KeyFile == "") {
		l.wrong("http.cert_file", "证书和私钥须同时给出", "certificate and key belong together")
	}
	if slices.Contains(l.Parts, PartHTTP) && !slices.Contains(s.Without, PartHTTP) {
		if _, ok := hostPort(l.HTTP.Addr); !ok {
			l.wrong("http.addr", "应为 主机:端口", "want host:port")
		} else if !loopback(l.HTTP.Addr) && l.HTTP.CertFile == "" && !l.HTTP.BehindProxy {
			l.wrong("http.addr", "令牌不得明文经过网络：配置证书，或在反向代理之后并设 http.behind_proxy", "tokens may not cross the network readable: give a certificate, or set http.behind_proxy behind a proxy")
		}
		if l.HTTP.TokensFile == "" && !s.Embedded {
			l.wrong("http.tokens_file", "未指定机构令牌文件", "no file of tokens given")
		}
	}
	for _, text := range l.HTTP.TrustedProxies {
		if _, ok := networkOf(text); !ok {
			l.wrong("http.trusted_proxies", "应为地址或网段，如 10.0.0.5、10.0.0.0/24", "want addresses or networks, such as 10.0.0.5 or 10.0.0.0/24")
		}
	}
	l.signOn()
	if _, ok := hostPort(l.Metrics.Addr); !ok && l.Metrics.Addr != "" {
		l.wrong("metrics.addr", "应为 主机:端口，或空", "want host:port, or nothing")
	}
	if s.Embedded && (!loopback(l.HTTP.Addr) || l.Metrics.Addr != "" && !loopback(l.Metrics.Addr)) {
		l.wrong("http.addr", "嵌入式只监听本机", "embedded listens on loopback only")
	}
}

// signOn checks the other house that vouches for people.
func (l *Loaded) signOn() {
	o := l.Desk.OIDC
	if o.Issuer == "" {
		return
	}
	for _, x := range []struct{ key, address string }{{"desk.oidc.issuer", o.Issuer}, {"desk.oidc.address", o.Address}} {
		u, err := url.Parse(x.address)
		if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Host)) || u.RawQuery != "" || u.User != nil {
			l.wrong(x.key, "应为 https:// 地址", "want an address that begins with https://")
		}
	}
	if o.ClientID == "" {
		l.wrong("desk.oidc.client_id", "单点登录需要编号", "sign-on needs a client id")
	}
	if o.Claim == "" {
		l.wrong("desk.oidc.claim", "未指定哪一项是登录名", "no claim is the login")
	}
	if l.Desk.SecretFile == "" {
		l.wrong("desk.secret_file", "单点登录需要工作台", "sign-on needs the pages")
	}
}

// numbers checks that numbers are sensible.
func (l *Loaded) numbers() {
	for _, n := range []struct {
		key           string
		value         int
		lowest, above int
	}{
		{"kafka.partitions", l.Kafka.Partitions, 1, 1000},
		{"kafka.replicas", l.Kafka.Replicas, 1, 9},
		{"kafka.retention_days", l.Kafka.RetentionDays, 0, 36_500},
		{"redis.db", l.Redis.DB, 0, 1_000_000},
		{"redis.max_outbox", l.Redis.MaxOutbox, 0, 100_000_000},
		{"archive.waiting_bytes", l.Archive.WaitingBytes, 1 << 20, 1 << 34},
		{"http.max_body_bytes", l.HTTP.MaxBodyBytes, 1 << 10, 32 << 20},
		{"http.max_claims", l.HTTP.MaxClaims, 1, 100_000},
		{"http.max_in_flight", l.HTTP.MaxInFlight, 1, 10_000},
		{"worker.batch_bytes", l.Worker.BatchBytes, 1 << 10, 1 << 30},
		{"worker.batch_messages", l.Worker.BatchMessages, 1, 1_000_000},
		{"worker.window_days", l.Worker.WindowDays, 1, 36_500},
		{"worker.stand_hours", l.Worker.StandHours, 0, 10_000},
	} {
		if n.value < n.lowest || n.value > n.above {
			l.wrong(n.key, fmt.Sprintf("应在 %d 与 %d 之间", n.lowest, n.above), fmt.Sprintf("want %d to %d", n.lowest, n.above))
		}
	}
}

// files checks that what is named can be read. Passwords were read before.
func (l *Loaded) files(s Sources) {
	for i := range settings {
		st := &settings[i]
		name, ok := st.at(&l.Config).(*string)
		if !ok || *name == "" || !strings.HasSuffix(st.key, "_file") || strings.HasSuffix(st.key, "password_file") || strings.HasSuffix(st.key, "client_secret_file") {
			continue
		}
		b, err := s.Read(*name)
		if err != nil {
			l.wrong(st.key, "无法读取此文件", "the file cannot be read")
		} else if st.key == "desk.secret_file" && len(b) < 32 {
			l.wrong(st.key, "安装密钥至少 32 字节", "want 32 bytes or more")
		}
	}
}

// hostPort takes an address apart.
func hostPort(addr string) (host string, ok bool) {
	i := strings.LastIndexByte(addr, ':')
	if i < 0 {
		return "", false
	}
	host = strings.TrimSuffix(strings.TrimPrefix(addr[:i], "["), "]")
	port, err := strconv.Atoi(addr[i+1:])
	return host, err == nil && port >= 0 && port <= 65535 && !strings.ContainsAny(host, "/ ")
}

// loopback reports whether an address is of this machine alone.
func loopback(addr string) bool {
	host, _ := hostPort(addr)
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// place checks the URL of a folder or a bucket.
func (l *Loaded) place(key, text string) {
	if u, err := url.Parse(text); err != nil || text != "" && u.Scheme != "file" && u.Scheme != "s3" {
		l.wrong(key, "应为 file:///文件夹 或 s3://桶", "want file:///… or s3://…")
	} else if u.User != nil {
		l.wrong(key, "网址中不得有用户名或口令", "no user and no password in a URL")
	}
}
