package config

import "strings"

// setting is one key: what it means and where its value lies.
type setting struct {
	key    string
	zh, en string
	at     func(*Config) any // *string, *[]string, *int, *bool or *Secret
}

// env is the name in the environment.
func (s *setting) env() string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

// EnvPrefix begins the name of every setting in the environment.
const EnvPrefix = "FUNDWATCH_"

// sections say what a group of keys is about, in the order of the example.
var sections = map[string]string{
	"kafka":        "Kafka：结算从这里来，日志到这里去 · where claims come from and the journal goes",
	"kafka.tls":    "加密连接 · encryption",
	"kafka.sasl":   "登录 · login",
	"kafka.topics": "主题名称 · names of the topics",
	"redis":        "Redis：线索、案件等状态 · leads, cases and all other state",
	"redis.tls":    "加密连接 · encryption",
	"archive":      "归档：已处理的结算，按列存放 · consumed claims, in columns",
	"knowledge":    "知识库 · knowledge tables",
	"http":         "机构经 HTTP 报送结算 · institutions send claims by HTTP",
	"cases":        "案件办理 · the way of cases",
	"tips":         "举报 · tips",
	"inspections":  "双随机抽查 · random inspections",
	"desk":         "网页工作台，与报送在同一地址 · pages for staff, at the same address",
	"desk.oidc":    "单点登录 · single sign-on",
	"lists":        "公布的名单，在公开页面查询和下载 · published lists, to be searched and downloaded on public pages",
	"metrics":      "Prometheus 指标与健康检查 · metrics and health",
	"log":          "运行日志（不含个人信息） · the log of the program, without personal data",
	"worker":       "处理 · working on claims",
}

// settings is every key there is.
var settings = []setting{
	{"region", "统筹区代码，六位数字（必填）", "six digits of the pooling region (needed)", func(c *Config) any { return &c.Region }},
	{"parts", "本进程运行的部分：worker（处理）、relay（转发）、http（接收）", "parts that this process runs", func(c *Config) any { return &c.Parts }},

	{"kafka.brokers", "地址，主机:端口，写一部分即可（必填）", "host:port, some of them are enough (needed)", func(c *Config) any { return &c.Kafka.Brokers }},
	{"kafka.client_id", "在 Kafka 日志和配额中显示的名称", "name in Kafka's logs and quotas", func(c *Config) any { return &c.Kafka.ClientID }},
	{"kafka.group", "消费组；同组进程分担分区", "consumer group; processes of one group share the partitions", func(c *Config) any { return &c.Kafka.Group }},
	{"kafka.partitions", "claims 的分区数，一经建立不再变动", "partitions of claims, never changed once made", func(c *Config) any { return &c.Kafka.Partitions }},
	{"kafka.replicas", "副本数；三台及以上写 3", "copies; 3 with three brokers or more", func(c *Config) any { return &c.Kafka.Replicas }},
	{"kafka.retention_days", "claims 保留天数，0 为永久", "days that claims are kept, 0 for ever", func(c *Config) any { return &c.Kafka.RetentionDays }},
	{"kafka.topics.claims", "结算", "claims", func(c *Config) any { return &c.Kafka.Topics.Claims }},
	{"kafka.topics.dead", "死信", "dead letters", func(c *Config) any { return &c.Kafka.Topics.Dead }},
	{"kafka.topics.findings", "疑点", "findings", func(c *Config) any { return &c.Kafka.Topics.Findings }},
	{"kafka.topics.journal", "变更日志，只有一个分区", "the journal, of one partition", func(c *Config) any { return &c.Kafka.Topics.Journal }},
	{"kafka.tls.enabled", "是否加密", "whether to encrypt", func(c *Config) any { return &c.Kafka.TLS.Enabled }},
	{"kafka.tls.ca_file", "根证书文件，空为系统自带", "file of root certificates, empty for the system's", func(c *Config) any { return &c.Kafka.TLS.CAFile }},
	{"kafka.tls.cert_file", "本方证书文件（双向认证时）", "our certificate, where the server asks for one", func(c *Config) any { return &c.Kafka.TLS.CertFile }},
	{"kafka.tls.key_file", "本方私钥文件", "our private key", func(c *Config) any { return &c.Kafka.TLS.KeyFile }},
	{"kafka.tls.server_name", "证书上的名称，空为地址中的主机", "name on the certificate, empty for the host", func(c *Config) any { return &c.Kafka.TLS.ServerName }},
	{"kafka.sasl.mechanism", "PLAIN、SCRAM-SHA-256 或 SCRAM-SHA-512，空为不登录", "empty for no login", func(c *Config) any { return &c.Kafka.SASL.Mechanism }},
	{"kafka.sasl.user", "用户名", "user", func(c *Config) any { return &c.Kafka.SASL.User }},
	{"kafka.sasl.password_file", "口令所在文件，末尾换行不计", "file that holds the password", func(c *Config) any { return &c.Kafka.SASL.PasswordFile }},
	{"kafka.sasl.password", "口令", "password", func(c *Config) any { return &c.Kafka.SASL.Password }},

	{"redis.addrs", "地址，主机:端口或套接字路径；集群写若干节点（必填）", "host:port or the path of a socket; of a cluster, some nodes (needed)", func(c *Config) any { return &c.Redis.Addrs }},
	{"redis.cluster", "是否为 Redis Cluster", "whether it is a Redis Cluster", func(c *Config) any { return &c.Redis.Cluster }},
	{"redis.db", "库号，集群为 0", "number of the database, 0 on a cluster", func(c *Config) any { return &c.Redis.DB }},
	{"redis.user", "用户名（ACL）", "user (ACL)", func(c *Config) any { return &c.Redis.User }},
	{"redis.password_file", "口令所在文件，末尾换行不计", "file that holds the password", func(c *Config) any { return &c.Redis.PasswordFile }},
	{"redis.password", "口令", "password", func(c *Config) any { return &c.Redis.Password }},
	{"redis.embedded", "不检查持久化设置，仅用于测试", "do not check that it keeps data; for tests only", func(c *Config) any { return &c.Redis.Embedded }},
	{"redis.max_outbox", "发件箱最多等待多少条，超过即暂缓接收，0 为不限", "messages that may wait for the relay before intake pauses, 0 for no limit", func(c *Config) any { return &c.Redis.MaxOutbox }},
	{"redis.tls.enabled", "是否加密", "whether to encrypt", func(c *Config) any { return &c.Redis.TLS.Enabled }},
	{"redis.tls.ca_file", "根证书文件，空为系统自带", "file of root certificates, empty for the system's", func(c *Config) any { return &c.Redis.TLS.CAFile }},
	{"redis.tls.cert_file", "本方证书文件（双向认证时）", "our certificate, where the server asks for one", func(c *Config) any { return &c.Redis.TLS.CertFile }},
	{"redis.tls.key_file", "本方私钥文件", "our private key", func(c *Config) any { return &c.Redis.TLS.KeyFile }},
	{"redis.tls.server_name", "证书上的名称，空为地址中的主机", "name on the certificate, empty for the host", func(c *Config) any { return &c.Redis.TLS.ServerName }},

	{"archive.url", "file:///文件夹 或 s3://桶，空为不归档", "empty for no archive", func(c *Config) any { return &c.Archive.URL }},
	{"archive.waiting_bytes", "归档写不进时，每个分区最多有多少字节在内存中等待；超过即停下该分区，恢复后自动继续", "bytes of each partition that may wait in memory while the archive cannot be written; beyond them the partition stands still until it can", func(c *Config) any { return &c.Archive.WaitingBytes }},
	{"knowledge.dir", "知识库文件夹，空为没有", "folder of the knowledge tables, empty for none", func(c *Config) any { return &c.Knowledge.Dir }},

	{"http.addr", "监听地址", "address to listen on", func(c *Config) any { return &c.HTTP.Addr }},
	{"http.tokens_file", "机构令牌文件，每行：机构代码 令牌的 SHA-256（fundwatch token new）", "tokens of institutions: code and SHA-256, one a line", func(c *Config) any { return &c.HTTP.TokensFile }},
	{"http.cert_file", "证书文件", "certificate", func(c *Config) any { return &c.HTTP.CertFile }},
	{"http.key_file", "私钥文件", "private key", func(c *Config) any { return &c.HTTP.KeyFile }},
	{"http.behind_proxy", "加密由前面的反向代理负责", "a proxy before us ends TLS", func(c *Config) any { return &c.HTTP.BehindProxy }},
	{"http.trusted_proxies", "哪些反向代理（地址或网段）的 X-Forwarded-For 可信，只用于按来源限制举报（docs/tips.md）和登录尝试（docs/web.md）；空为都不信", "proxies whose X-Forwarded-For is believed, by address or network; only for the limits by source of tips (docs/tips.md) and of tries to sign in (docs/web.md); empty: none", func(c *Config) any { return &c.HTTP.TrustedProxies }},
	{"http.max_body_bytes", "一次请求最多字节数", "bytes of one request", func(c *Config) any { return &c.HTTP.MaxBodyBytes }},
	{"http.max_claims", "一次请求最多结算笔数", "claims of one request", func(c *Config) any { return &c.HTTP.MaxClaims }},
	{"http.max_in_flight", "同时处理的请求数，超过即请对方稍候", "requests at a time, more are asked to wait", func(c *Config) any { return &c.HTTP.MaxInFlight }},

	{"cases.evidence_url", "存放证据的位置，file:///文件夹 或 s3://桶；空为不能上传证据", "where evidence is kept, file:///… or s3://…; empty: none can be filed", func(c *Config) any { return &c.Cases.EvidenceURL }},
	{"cases.terms_file", "当地设定的期限及其条款（JSON，见 docs/cases.md）；空为只用地区参数", "terms that this place sets, with their clauses; empty for those of the region's profile alone", func(c *Config) any { return &c.Cases.TermsFile }},

	{"tips.custodians", "两位保管人的公钥（age1…），举报人身份须二人同时才能打开；空为只接受匿名举报", "public keys of two custodians, who open a name together; empty: only tips without a name", func(c *Config) any { return &c.Tips.Custodians }},

	{"inspections.publish", "向公众公开什么：objects（抽取后公开对象和文件）、results（批准后公开结果）；空为只公开校验值和种子", "what everybody sees: objects (and files, once drawn), results (once approved); empty: hashes and seeds alone", func(c *Config) any { return &c.Inspections.Publish }},
	{"inspections.basis", "公开的依据（文件和条款）", "the text and clause that says so", func(c *Config) any { return &c.Inspections.Basis }},

	{"desk.secret_file", "安装密钥文件，至少 32 字节，只有本程序可读；空为不提供工作台", "file of 32 bytes or more that only this program can read; empty for no pages", func(c *Config) any { return &c.Desk.SecretFile }},
	{"desk.second_factor", "登录须有第二因素（TOTP）", "everybody who signs in needs a second factor (TOTP)", func(c *Config) any { return &c.Desk.SecondFactor }},
	{"desk.claims", "查询和显示结算；每笔约占 200 字节内存，启动时通读归档和主题 claims", "find and show claims: some 200 bytes of memory a claim, and the archive and topic claims are read at the start", func(c *Config) any { return &c.Desk.Claims }},
	{"desk.exports_dir", "后台导出的文件夹，空为系统临时文件夹；文件两小时后删除，停止时清空", "folder for exports made in the background, empty for the system's temporary one; files go after two hours, and all of them when the server stops", func(c *Config) any { return &c.Desk.ExportsDir }},
	{"desk.oidc.issuer", "单点登录（OpenID Connect）的发行者地址，空为没有", "issuer of OpenID Connect, empty for none", func(c *Config) any { return &c.Desk.OIDC.Issuer }},
	{"desk.oidc.client_id", "本系统在那里的编号", "who we are there", func(c *Config) any { return &c.Desk.OIDC.ClientID }},
	{"desk.oidc.client_secret_file", "密钥所在文件，末尾换行不计；空为公开客户端（仅 PKCE）", "file that holds the secret; empty for a public client, with PKCE alone", func(c *Config) any { return &c.Desk.OIDC.SecretFile }},
	{"desk.oidc.client_secret", "密钥", "secret", func(c *Config) any { return &c.Desk.OIDC.ClientSecret }},
	{"desk.oidc.claim", "哪一项是登录名", "which claim is the login", func(c *Config) any { return &c.Desk.OIDC.Claim }},
	{"desk.oidc.address", "浏览器访问本系统的地址，如 https://jg.example.cn", "address of this server as browsers know it", func(c *Config) any { return &c.Desk.OIDC.Address }},

	{"lists.dir", "名单文件夹，逐期公布；空为不公布", "folder of the editions, empty for none", func(c *Config) any { return &c.Lists.Dir }},
	{"lists.key_file", "签名密钥文件（fundwatch list key），不得放在名单文件夹里；空为只展示，不在此发布", "file of the key that signs (fundwatch list key), outside the folder; empty to show and not to publish here", func(c *Config) any { return &c.Lists.KeyFile }},

	{"metrics.addr", "监听地址，空为不提供", "address to listen on, empty for none", func(c *Config) any { return &c.Metrics.Addr }},
	{"log.level", "debug、info、warn 或 error", "from which level on", func(c *Config) any { return &c.Log.Level }},
	{"log.format", "text 或 json", "text or json", func(c *Config) any { return &c.Log.Format }},
	{"worker.batch_bytes", "一批最多字节数", "bytes of a batch", func(c *Config) any { return &c.Worker.BatchBytes }},
	{"worker.batch_messages", "一批最多消息数", "messages of a batch", func(c *Config) any { return &c.Worker.BatchMessages }},
	{"worker.window_days", "内存中保留参保人多少天的结算", "days of claims kept in memory for each person", func(c *Config) any { return &c.Worker.WindowDays }},
	{"worker.stand_hours", "线索多少小时不变之后，才按政策立案（当天退费会使许多疑点失去依据）", "hours that a lead must not have changed before policy opens a case: many findings lose their ground by a refund the same day", func(c *Config) any { return &c.Worker.StandHours }},
}

// find gives the setting of a key.
func find(key string) *setting {
	for i := range settings {
		if settings[i].key == key {
			return &settings[i]
		}
	}
	return nil
}

// nearest gives the known name that differs least, or nothing where all are
// far.
func nearest(name string, names func(yield func(string) bool)) string {
	best, least := "", len(name)/2+1
	for known := range names {
		if d := distance(name, known); d < least {
			best, least = known, d
		}
	}
	return best
}

func keys(yield func(string) bool) {
	for i := range settings {
		if !yield(settings[i].key) {
			return
		}
	}
}

func envNames(yield func(string) bool) {
	for i := range settings {
		if !yield(settings[i].env()) {
			return
		}
	}
}

// distance counts the letters to be put in, taken out or changed.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
