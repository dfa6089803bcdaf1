package main

import (
	"bufio"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); {
		if time.Now().After(deadline) {
			t.Fatal("waited for 10 s")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestAReplyDoesNotWaitForTheRestOfTheNextCommand(t *testing.T) {
	kv := start(t, "lock", "", "no")
	kv.send([]byte("*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$5\r\nhel"))
	if got := kv.reply(); got != "+PONG\r\n" {
		t.Fatalf("got %q", got)
	}
	kv.send([]byte("lo\r\n"))
	if got := kv.reply(); got != "$5\r\nhello\r\n" {
		t.Fatalf("got %q", got)
	}
}

func TestAPersonCanTypeCommands(t *testing.T) {
	kv := start(t, "lock", "", "no")
	kv.send([]byte("\r\n  set   a  1\r\nincr a\nGET a\r\n"))
	for _, want := range []string{"+OK\r\n", ":2\r\n", "$1\r\n2\r\n"} {
		if got := kv.reply(); got != want {
			t.Errorf("got %q, expected %q", got, want)
		}
	}
}

func TestBrokenInputEndsTheConnectionWithItsReason(t *testing.T) {
	for input, want := range map[string]string{
		"*1\r\n$5368709120\r\n":      "-ERR Protocol error: invalid bulk length",
		"*99999999\r\n":              "-ERR Protocol error: invalid multibulk length",
		"*1\r\n$-1\r\n":              "-ERR Protocol error: invalid bulk length",
		"*x\r\n":                     "-ERR Protocol error: invalid multibulk length",
		"*1\r\n+PING\r\n":            "-ERR Protocol error: expected '$', got '+'",
		"*1\r\n$4\r\nPINGxx":         "-ERR Protocol error: expected the end of a bulk string",
		strings.Repeat("9", maxLine): "-ERR Protocol error: too big inline request",
		"set a \"b\r\n":              "-ERR Protocol error: quotes in inline commands are not supported",
		"*3\r\n" + strings.Repeat(bulkOf(maxBulk), 3): "-ERR Protocol error: invalid bulk length",
	} {
		kv := start(t, "lock", "", "no")
		go kv.socket.Write([]byte(input))
		if got := kv.reply(); got != want+"\r\n" {
			t.Errorf("%.20q: got %q, expected %q", input, got, want)
		}
		if _, err := kv.r.ReadByte(); err == nil {
			t.Errorf("%.20q: the connection goes on", input)
		}
	}
}

func bulkOf(size int) string {
	return fmt.Sprintf("$%d\r\n%s\r\n", size, strings.Repeat("x", size))
}

func TestAClaimedLengthReservesLittle(t *testing.T) {
	var before, after runtime.MemStats
	r := bufio.NewReader(strings.NewReader(fmt.Sprintf("*1\r\n$%d\r\nx", maxBulk)))
	runtime.ReadMemStats(&before)
	_, err := readCommand(r)
	runtime.ReadMemStats(&after)
	if err == nil {
		t.Fatal("half a command was accepted")
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > maxBulk/8 {
		t.Errorf("a claim without its bytes allocated %d bytes", grown)
	}
}

func TestTwoKeysLockedFromBothSidesDoNotDeadlock(t *testing.T) {
	for _, engine := range engines {
		kv := start(t, engine, "", "no")
		for i := 0; i < 20; i++ {
			kv.do("RPUSH", "a", "x")
		}
		var clients sync.WaitGroup
		for _, pair := range [][2]string{{"a", "b"}, {"b", "a"}, {"b", "c"}, {"c", "a"}} {
			clients.Add(1)
			go func(p *peer, from, to string) {
				defer clients.Done()
				for i := 0; i < 300; i++ {
					p.do("LMOVE", from, to, "LEFT", "RIGHT")
				}
			}(kv.again(), pair[0], pair[1])
		}
		clients.Wait()
		var items int
		for _, key := range []string{"a", "b", "c"} {
			items += strings.Count(kv.do("LRANGE", key, "0", "-1"), "x")
		}
		if items != 20 {
			t.Errorf("%s: %d items of 20", engine, items)
		}
	}
}

// TestRedisToolsTalkToIt runs the real redis-cli and redis-benchmark.
func TestRedisToolsTalkToIt(t *testing.T) {
	kv := start(t, "shards", "", "no")
	port := kv.server[strings.LastIndex(kv.server, ":")+1:]
	for _, words := range []string{
		"redis-cli -p PORT SET a 41 EX 100", "redis-cli -p PORT INCR a",
		"redis-benchmark -p PORT -t set,get,incr,lpush,rpop -n 500 -c 5 -P 10 -q",
	} {
		args := strings.Fields(strings.Replace(words, "PORT", port, 1))
		out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
		if err != nil || strings.Contains(string(out), "ERR") || strings.Contains(string(out), "WARN") {
			t.Errorf("%s (Debian: redis-tools): %v\n%s", words, err, out)
		}
	}
	kv.expect("$2\r\n42", "GET", "a")
}
