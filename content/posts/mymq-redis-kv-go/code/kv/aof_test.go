package main

import (
	"bytes"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAReplayGivesTheSameStore(t *testing.T) {
	for _, engine := range engines {
		file := filepath.Join(t.TempDir(), "aof")
		kv := start(t, engine, file, "no")
		random := rand.New(rand.NewSource(7))
		for i := 0; i < 600; i++ {
			kv.do(randomCommand(random)...)
		}
		if want, got := kv.dump(), start(t, engine, file, "no").dump(); want != got {
			t.Errorf("%s: after the replay\n%q\nbefore\n%q", engine, got, want)
		}
	}
}

// TestALogCutAnywhereLosesOnlyItsEnd: after a power loss the file may end inside
// a command.
func TestALogCutAnywhereLosesOnlyItsEnd(t *testing.T) {
	file := filepath.Join(t.TempDir(), "aof")
	kv := start(t, "lock", file, "always")
	var ends []int
	for _, item := range []string{"x", "", "\r\n*1\r\n", "z"} {
		kv.do("RPUSH", "a", item)
		ends = append(ends, len(read(t, file)))
	}
	whole := read(t, file)
	for cut := range whole {
		cutFile := filepath.Join(t.TempDir(), "cut")
		if err := os.WriteFile(cutFile, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		var want int
		for _, end := range ends {
			if end <= cut {
				want++
			}
		}
		data := replayed(t, cutFile)
		got, _ := data.shards[0].db.getList([]byte("a"), 0)
		if have := lengthOf(got); have != want {
			t.Errorf("cut at %d: %d items, expected %d", cut, have, want)
		}
	}
}

func lengthOf(l *list) int {
	if l == nil {
		return 0
	}
	return l.len()
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func replayed(t *testing.T, file string) *store {
	t.Helper()
	aof, err := openLog(file, "no")
	if err != nil {
		t.Fatal(err)
	}
	defer aof.file.Close()
	data := newStore("lock", aof)
	if err := aof.replay(data); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAReplayDoesNotBringBackWhatHadExpired(t *testing.T) {
	file := filepath.Join(t.TempDir(), "aof")
	kv := start(t, "lock", file, "no")
	kv.do("SET", "a", "1", "PX", "15")
	kv.do("INCR", "a")
	waitFor(t, func() bool { return kv.do("GET", "a") == "$-1\r\n" })
	if !bytes.Contains(read(t, file), []byte("DEL")) {
		t.Error("the log does not say that the key expired")
	}
	kv.do("SET", "b", "1", "PX", "15")
	kv.do("INCR", "b")
	time.Sleep(30 * time.Millisecond) // expired, but nobody has asked
	kv = start(t, "lock", file, "no")
	kv.expect("$-1", "GET", "a")
	kv.expect("$-1", "GET", "b")
}

func TestAPipelineSharesOneSync(t *testing.T) {
	kv := start(t, "lock", filepath.Join(t.TempDir(), "aof"), "always")
	kv.send(bytes.Repeat(encode([]string{"INCR", "a"}), 64))
	for i := 0; i < 64; i++ {
		kv.reply()
	}
	kv.expect("$2\r\n64", "GET", "a")
	// One if the pipeline arrived in one piece; the socket may cut it.
	info := kv.do("INFO")
	if !strings.Contains(info, "aof_syncs:1\r\n") && !strings.Contains(info, "aof_syncs:2\r\n") {
		t.Errorf("64 commands: %q", info)
	}
}

func TestUnderAlwaysNothingIsRepliedThatIsNotSynced(t *testing.T) {
	aof, err := openLog(filepath.Join(t.TempDir(), "aof"), "always")
	if err != nil {
		t.Fatal(err)
	}
	for i := int64(1); i <= 20; i++ {
		aof.append([]byte("SET"), []byte("a"), []byte("b"))
		aof.commit(aof.position())
		if aof.safe != aof.end || aof.syncCount() != i {
			t.Fatalf("command %d: safe to %d of %d after %d syncs", i, aof.safe, aof.end, aof.syncCount())
		}
	}
}
