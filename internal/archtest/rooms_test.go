package archtest

// room is a folder (or a pattern of folders), what of ours it may import, and
// why. A folder fits the first row that names it.
type room struct {
	dir   string
	ours  []string
	later bool // planned in the design; may still be missing
	why   string
}

var (
	nobody    []string
	everybody = []string{"..."}
)

// rooms is the table of doors: who may import whom.
var rooms = []room{
	{dir: ".", ours: []string{"internal/app"}, why: "main turns signals and arguments into a call and an exit code, nothing else"},
	{dir: "claim", ours: nobody, why: "the vocabulary: everybody speaks it, so it knows nobody"},
	{dir: "claim/claimtest", ours: nobody, why: "messages for tests; every room may use it in its own"},
	{dir: "claim/parquet", ours: nobody, why: "a file format reader knows bytes and columns, not claims"},
	{dir: "ingest/file", ours: []string{"claim", "claim/parquet"}, why: "brings claims in from files; what they mean is for others"},
	{dir: "ingest/archive", ours: []string{"claim", "claim/parquet", "ingest/file"}, why: "keeps what a partition consumed as folders of tables; ingest/file knows how those become claims"},
	{dir: "ingest/archive/bucket", ours: nobody, why: "names and bytes in a store that speaks S3; apart, so that the driver can be left out"},
	{dir: "ingest/kafka", ours: []string{"claim"}, why: "brings claims in from Kafka and sends messages there; what they mean is for others"},
	{dir: "detectors", ours: []string{"claim", "detectors/knowledge"}, why: "the engine knows what a detector is, never which ones there are"},
	{dir: "detectors/knowledge", ours: []string{"claim"}, why: "tables of facts, read with the same rules of values as claims"},
	{dir: "detectors/knowledge/starter", ours: nobody, why: "data only"},
	{dir: "detectors/all", ours: []string{"detectors", "detectors/*/*"}, why: "the generated list"},
	{dir: "detectors/gen", ours: []string{"detectors/gen/list"}, why: "a tool: writes the list and new folders; has the test of the catalogue write it, since it cannot know a list it has just written"},
	{dir: "detectors/gen/list", ours: nobody, why: "finds the folders of detectors and writes their list; the tool and the test of freshness share it"},
	{dir: "detectors/gen/catalogue", ours: []string{"detectors", "detectors/detectortest", "detectors/gen/list"}, why: "writes CATALOGUE.md from the detectors and their stories"},
	{dir: "detectors/detectortest", ours: []string{"claim", "detectors", "detectors/knowledge"}, why: "one harness for the stories of all detectors"},
	{dir: "detectors/row/*", ours: detectorDoors, why: "a detector never knows another detector"},
	{dir: "detectors/person/*", ours: detectorDoors, why: "a detector never knows another detector"},
	{dir: "detectors/trace/*", ours: detectorDoors, why: "a detector never knows another detector"},
	{dir: "detectors/place/*", ours: detectorDoors, later: true, why: "a detector never knows another detector"},
	{dir: "detectors/peer/*", ours: detectorDoors, later: true, why: "a detector never knows another detector"},
	{dir: "policies", ours: []string{"detectors", "policies/regions"}, why: "decides over findings; never sees a case"},
	{dir: "policies/regions", ours: []string{"detectors"}, why: "what a place sets, each number with its clause"},
	{dir: "cases", ours: []string{"claim", "detectors", "clock", "internal/journal"}, why: "findings and tips become cases; never sees Rego"},
	{dir: "tips", ours: []string{"internal/journal"}, why: "what people report; knows a case only as an id, and nobody's pages"},
	{dir: "clock", ours: nobody, why: "law clocks and the calendar"},
	{dir: "inspection/draw", ours: nobody, why: "standard library only, so that a stranger can audit it on one screen"},
	{dir: "inspection/verifier", ours: nobody, why: "a page that checks a draw; shares nothing with what it checks"},
	{dir: "inspection", ours: []string{"claim", "clock", "inspection/draw", "internal/journal"}, why: "campaigns around the draw"},
	{dir: "blacklist", ours: []string{"blacklist/edition", "clock", "internal/journal"}, why: "knows a case only as an id"},
	{dir: "blacklist/edition", ours: nobody, why: "published lists as files: bytes, hashes, signatures, so that a stranger can audit them apart from everything else"},
	{dir: "fund", ours: []string{"claim", "clock", "internal/journal"}, later: true, why: "the money; knows no case"},
	{dir: "internal/journal", ours: nobody, why: "the one door for writes: a change and its chained line in one step"},
	{dir: "internal/journal/journaltest", ours: []string{"internal/journal"}, why: "an empty Redis and a failing network for the tests of all stores"},
	{dir: "web/browsertest", ours: nobody, why: "Chromium, and what people do in it, for the tests of pages; knows no page"},
	{dir: "web/strangetest", ours: nobody, why: "requests that nobody expects, for the tests of pages; knows no page"},
	{dir: "web", ours: []string{"claim"}, why: "the intake of claims from institutions; knows neither pages nor stores"},
	{dir: "web/desk", ours: []string{"claim", "detectors", "detectors/knowledge", "cases", "blacklist", "blacklist/edition", "inspection", "inspection/draw", "inspection/verifier", "fund", "clock", "ingest/kafka", "internal/accounts", "internal/journal", "internal/recall", "policies/regions", "web/chart", "web/source", "web/words", "tips"}, why: "pages for staff; asks the rooms, never the stores; of policy it shows the data, and asks it nothing; of internal/journal and ingest/kafka it has the head and the messages"},
	{dir: "web/public", ours: []string{"blacklist", "blacklist/edition", "inspection", "inspection/verifier", "web/source", "web/words", "tips"}, why: "pages for everybody; knows no account and no store, only what was published; of inspections it asks for what is public alone"},
	{dir: "web/source", ours: nobody, why: "where a request comes from; the limits of the desk and of the public pages ask it alike"},
	{dir: "web/signon", ours: nobody, why: "asks another house who somebody is; what they may do is for accounts"},
	{dir: "web/words", ours: nobody, why: "every text of the pages in two languages, and how numbers and days are written"},
	{dir: "web/chart", ours: nobody, why: "draws numbers; knows nothing of what they count"},
	{dir: "internal/accounts", ours: []string{"internal/journal"}, why: "who may do what, and who somebody is; knows nothing of what is done"},
	{dir: "internal/recall", ours: []string{"claim", "ingest/archive", "ingest/kafka", "internal/journal"}, why: "where something lies in Kafka or, when Kafka no longer keeps it, in the archive; reads of a claim what a list of claims is chosen by; what it means is for others"},
	{dir: "internal/worker", ours: []string{"cases", "claim", "detectors", "detectors/knowledge", "ingest/archive", "ingest/kafka", "policies"}, why: "what happens to a message of a partition, from its bytes to one step of the store; knows the rooms it carries things between, and no server"},
	{dir: "internal/trial", ours: []string{"cases", "claim", "detectors", "detectors/all", "detectors/knowledge", "ingest/archive", "ingest/kafka", "internal/journal", "internal/simulate", "internal/worker", "policies", "policies/regions"}, why: "an invented place between real services, for the two trials below"},
	{dir: "internal/chaos", ours: []string{"cases", "claim/claimtest", "ingest/archive", "ingest/kafka", "internal/trial", "internal/worker"}, why: "a tool: kills what can be killed and looks whether that left a trace"},
	{dir: "internal/streambench", ours: []string{"claim", "detectors", "detectors/all", "ingest/archive", "ingest/kafka", "internal/journal", "internal/trial", "internal/worker"}, why: "a tool: measures the stream beside what it is compared with"},
	{dir: "internal/app", ours: everybody, why: "the only one who knows everybody"},
	{dir: "internal/config", ours: nobody, why: "how an installation is set; knows keys and their meaning, not what is done with them"},
	{dir: "internal/report", ours: []string{"claim", "detectors"}, why: "findings for people: table, page, columns"},
	{dir: "internal/simulate", ours: []string{"detectors/knowledge", "detectors/knowledge/starter"}, why: "an invented place; writes the contract's bytes from the contract alone, so that it can prove the readers wrong"},
	{dir: "internal/embedded", ours: nobody, why: "services of a demonstration; they know ports and folders, not what flows through"},
	{dir: "internal/archtest", ours: nobody, why: "reads source, runs nothing"},
}

var detectorDoors = []string{"claim", "detectors", "detectors/knowledge"}

// otherModules are folders with a go.mod of their own: their libraries are
// none of the program's, but they keep the measures of the house.
var otherModules = []string{"bench"}

// door says which rooms may use a library, by the beginning of its path.
type door struct {
	path  string
	rooms []string
	why   string
}

// libraries is the table of doors for what others wrote. The longest path that
// fits counts; a library without a row may be used nowhere. Tests may use more.
var libraries = []door{
	{"github.com/apache/arrow/go/v17/arrow", []string{"internal/chaos", "internal/streambench", "claim", "ingest/...", "detectors", "detectors/detectortest", "internal/app", "internal/worker"}, "columns in memory; behind claim, so that a new Arrow touches few rooms"},
	{"gocloud.dev", []string{"ingest/archive/bucket"}, "the archive in a store that speaks S3"},
	{"github.com/segmentio/kafka-go", []string{"ingest/kafka", "internal/journal", "internal/chaos", "internal/streambench"}, "claims come in and journal lines go out by Kafka, nothing else does"},
	{"github.com/twmb/franz-go/pkg/kfake", []string{"internal/embedded"}, "a broker for demonstrations and tests, never for production"},
	{"github.com/chromedp", []string{"web/browsertest"}, "Chromium for tests, never for production"},
	{"github.com/alicebob/miniredis/v2", []string{"internal/embedded", "internal/journal/journaltest"}, "a Redis for demonstrations and tests, never for production"},
	{"github.com/open-policy-agent/opa", []string{"policies"}, "policy is asked, not known"},
	{"github.com/redis/go-redis/v9", []string{"cases", "blacklist", "fund", "inspection", "internal/accounts", "internal/journal", "internal/journal/journaltest", "tips"}, "the stores"},
	{"filippo.io/age", []string{"tips"}, "who reported something is encrypted to two custodians"},
	{"golang.org/x/crypto/argon2", []string{"internal/accounts"}, "hashes of passwords"},
	{"github.com/pquerna/otp", []string{"internal/accounts"}, "codes of the second factor"},
	{"github.com/coreos/go-oidc/v3", []string{"web/signon"}, "people whom another house vouches for"},
	{"golang.org/x/oauth2", []string{"web/signon"}, "people whom another house vouches for"},
	{"github.com/boombuler/barcode", []string{"web/desk"}, "the square code by which a telephone takes up a second factor"},
	{"github.com/xuri/excelize/v2", []string{"web/desk", "inspection"}, "lists are taken along as Excel workbooks, and libraries of inspections come as such"},
	{"github.com/parquet-go/parquet-go", []string{"claim/parquet", "internal/simulate"}, "claim/parquet writes findings with it, reads without it and is tested against it; the simulator writes its tables with it"},
	{"github.com/andybalholm/brotli", []string{"claim/parquet"}, "a Parquet codec"},
	{"github.com/pierrec/lz4/v4", []string{"claim/parquet"}, "a Parquet codec"},
	{"github.com/klauspost/compress", []string{"claim/parquet", "ingest/file", "ingest/kafka", "internal/simulate"}, "gzip and zstd of files"},
	{"github.com/spf13/cobra", []string{"internal/app", "internal/report"}, "the command line is known in one room"},
	{"github.com/schollz/progressbar/v3", []string{"internal/app", "internal/report"}, "progress on a terminal"},
	{"github.com/jedib0t/go-pretty/v6", []string{"internal/app", "internal/report"}, "tables on a terminal"},
	{"github.com/prometheus/client_golang", []string{"internal/app"}, "what is counted is counted at the top, in one room"},
	{"go.yaml.in/yaml/v3", []string{"internal/config"}, "settings are YAML, nothing else is"},
	{"github.com/Shopify/toxiproxy/v2", []string{"internal/chaos"}, "a bad network between workers and services"},
	{"github.com/rs/zerolog", []string{"internal/chaos"}, "toxiproxy's log, which is thrown away"},
	{"golang.org/x/mod/sumdb/note", []string{"blacklist/edition"}, "editions carry signed notes, as Go's checksum database does"},
	{"golang.org/x/term", []string{"internal/app"}, "is it a terminal, and how wide?"},
	{"golang.org/x/tools/txtar", []string{"detectors/detectortest"}, "stories of detectors are txtar files"},
}

// banned are packages that nobody may import, tests included.
var banned = []door{
	{"github.com/apache/arrow/go/v17/arrow/compute", nobody, "gives wrong results in v17: write the loop"},
	{"github.com/apache/arrow/go/v17/arrow/csv", nobody, "reads values by other rules than the contract's: use ingest/file"},
	{"github.com/apache/arrow/go/v17/arrow/ipc", nobody, "a few flipped bytes make it ask for terabytes: keep Arrow bytes inside"},
	{"github.com/apache/arrow/go/v17/arrow/flight", nobody, "reads IPC bytes"},
	{"github.com/apache/arrow/go/v17/parquet", nobody, "cannot live with v18's in one program: use claim/parquet"},
	{"github.com/apache/arrow-go", nobody, "v17 is the one Arrow of this program"},
	{"math/rand", nobody, "use a seeded math/rand/v2 in internal/simulate"},
	{"C", nobody, "the program is plain Go"},
}

// guarded are standard packages that belong to some rooms only.
var guarded = []door{
	{"net/http", []string{"web/...", "internal/app"}, "only the web speaks HTTP"},
	{"net", []string{"web/...", "internal/app", "ingest/kafka", "internal/embedded"}, "the network comes in through the door; embedded services listen on loopback"},
	{"os", []string{"internal/chaos", "internal/streambench", "internal/trial", ".", "internal/app", "internal/embedded", "internal/simulate", "ingest/file", "ingest/archive", "ingest/kafka", "detectors/gen/...", "detectors/detectortest", "internal/journal/journaltest", "web/browsertest", "web/strangetest"}, "files are opened at the edge (ingest/kafka: files to send and how far they were); inside, take an io.Reader or fs.FS"},
	{"os/exec", []string{"internal/chaos", "internal/app", "internal/embedded", "detectors/gen"}, "only the edge starts programs; internal/embedded starts redis-server"},
	{"os/signal", []string{"internal/chaos", "."}, "signals end in main"},
	{"syscall", []string{"internal/chaos", "internal/app", "."}, "signals end in main; the lock of a folder of lists ends with the process"},
	{"flag", []string{"internal/chaos", "internal/streambench"}, "flags are read in internal/app, with cobra; tools that nobody ships may do with less"},
	{"log", nobody, "return the error; internal/app logs with log/slog"},
	{"log/slog", []string{"internal/app"}, "log once, at the top"},
	{"crypto/rand", []string{"internal/app"}, "chance comes in as a parameter"},
	{"math/rand/v2", []string{"internal/chaos", "internal/simulate", "detectors/detectortest", "web/strangetest"}, "chance comes in as a parameter; the simulator and the harness are seeded"},
	{"unsafe", []string{"claim", "claim/parquet"}, "only where bytes become columns"},
	{"plugin", nobody, "the list of detectors is generated, not loaded"},
}

// use is a name of a package and the rooms that may say it.
type use struct {
	pkg   string
	name  string // with * at the end for a beginning, or * in front for an end
	rooms []string
	why   string
	tests bool // tests may not say it either
}

// guardedUses are names that belong to some rooms only.
var guardedUses = []use{
	{"time", "Now", []string{"internal/chaos", "internal/streambench", "internal/trial", "internal/app"}, "time comes in as a parameter", false},
	{"time", "Since", []string{"internal/chaos", "internal/streambench", "internal/trial", "internal/app"}, "time comes in as a parameter", false},
	{"time", "Until", []string{"internal/app"}, "time comes in as a parameter", false},
	{"time", "After*", []string{"internal/chaos", "internal/streambench", "internal/trial", "internal/app"}, "time comes in as a parameter", false},
	{"time", "Sleep", []string{"internal/chaos", "internal/streambench", "internal/trial", "internal/app", "web/browsertest"}, "nothing waits by the clock", false},
	{"time", "Tick", []string{"internal/app"}, "time comes in as a parameter", false},
	{"time", "NewT*", []string{"internal/chaos", "internal/streambench", "internal/trial", "internal/app", "ingest/kafka", "internal/embedded"}, "time comes in as a parameter; who talks to a broker or a child process waits between tries and gives up on it, and no result depends on when", false},
	{"time", "Local", nobody, "there are no time zones", false},
	{"os", "Getenv", []string{"internal/chaos", "internal/streambench", "internal/trial", "internal/app", "internal/journal/journaltest", "web/browsertest", "web/strangetest"}, "settings come in as parameters", false},
	{"os", "LookupEnv", []string{"internal/app"}, "settings come in as parameters", false},
	{"os", "Environ", []string{"internal/app"}, "settings come in as parameters", false},
	{"os", "Exit", []string{"internal/chaos", "internal/streambench", ".", "detectors/gen"}, "return an error; main exits", false},
	{"math/rand/v2", "Int*", nobody, "unseeded: ask a *rand.Rand made by rand.New", false},
	{"math/rand/v2", "Uint*", nobody, "unseeded: ask a *rand.Rand made by rand.New", false},
	{"math/rand/v2", "Float*", nobody, "unseeded: ask a *rand.Rand made by rand.New", false},
	{"math/rand/v2", "N", nobody, "unseeded: ask a *rand.Rand made by rand.New", false},
	{"math/rand/v2", "Perm", nobody, "unseeded: ask a *rand.Rand made by rand.New", false},
	{"math/rand/v2", "Shuffle", nobody, "unseeded: ask a *rand.Rand made by rand.New", false},
	{"math/rand/v2", "NormFloat64", nobody, "unseeded: ask a *rand.Rand made by rand.New", false},
	{"math/rand/v2", "ExpFloat64", nobody, "unseeded: ask a *rand.Rand made by rand.New", false},
	{"github.com/apache/arrow/go/v17/arrow/array", "*JSON", nobody, "Arrow's JSON crashes on odd input: use claim's decoder", true},
	{"github.com/apache/arrow/go/v17/arrow/array", "*JSONReader", nobody, "Arrow's JSON crashes on odd input: use claim's decoder", true},
}

// closed gives rooms that may use these standard packages and no others.
var closed = []struct {
	rooms    []string
	packages []string
	why      string
}{
	{
		[]string{"detectors/row/*", "detectors/person/*", "detectors/trace/*", "detectors/place/*", "detectors/peer/*"},
		[]string{"bytes", "cmp", "errors", "fmt", "iter", "maps", "math", "math/big", "math/bits", "slices", "sort", "strconv", "strings", "unicode/utf8"},
		"a detector is a pure function: no clock, no files, no network, no chance, no goroutines",
	},
	{
		[]string{"detectors"},
		[]string{"bytes", "cmp", "context", "crypto/sha256", "encoding/hex", "encoding/json", "errors", "fmt", "io", "iter", "maps", "math", "math/big", "math/bits",
			"runtime/debug", "slices", "sort", "strconv", "strings", "sync", "sync/atomic", "time", "unicode/utf8"},
		"the engine only computes; time.Duration may be counted, the clock comes in",
	},
	{
		[]string{"inspection/draw"},
		[]string{"bytes", "cmp", "crypto/sha256", "encoding/csv", "encoding/hex", "errors", "fmt", "io", "maps", "math/big", "slices", "strconv", "strings", "unicode/utf16", "unicode/utf8"},
		"a draw must be auditable on one screen",
	},
}
