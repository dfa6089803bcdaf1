package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

var engines = []string{"lock", "shards", "loop"}

// start returns a server on a free port that ends with the test.
func start(t *testing.T, engine, file, policy string) *peer {
	t.Helper()
	aof, err := openLog(file, policy)
	if err != nil {
		t.Fatal(err)
	}
	data := newStore(engine, aof)
	if err := aof.replay(data); err != nil {
		t.Fatal(err)
	}
	data.startLog()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go (&server{store: data}).serve(listener)
	t.Cleanup(func() { listener.Close() })
	return dial(t, "tcp", listener.Addr().String())
}

// startRedis runs Debian's redis-server on a socket of its own.
func startRedis(t *testing.T) *peer {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "redis.sock")
	redis := exec.Command("redis-server", "--port", "0", "--unixsocket", socket,
		"--save", "", "--dir", filepath.Dir(socket))
	if err := redis.Start(); err != nil {
		t.Fatalf("redis-server (Debian: redis-server): %v", err)
	}
	t.Cleanup(func() {
		redis.Process.Kill()
		redis.Wait()
	})
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if probe, err := net.Dial("unix", socket); err == nil {
			probe.Close()
			return dial(t, "unix", socket)
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("redis-server did not open its socket")
	return nil
}

// A peer is one connection to a server.
type peer struct {
	t      *testing.T
	socket net.Conn
	r      *bufio.Reader
	server string
}

func dial(t *testing.T, network, address string) *peer {
	t.Helper()
	socket, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	socket.SetDeadline(time.Now().Add(20 * time.Second))
	return &peer{t, socket, bufio.NewReader(socket), address}
}

func (p *peer) again() *peer { return dial(p.t, "tcp", p.server) }

func (p *peer) send(raw []byte) {
	p.t.Helper()
	if _, err := p.socket.Write(raw); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) do(words ...string) string {
	p.t.Helper()
	p.send(encode(words))
	return p.reply()
}

// reply returns one reply as it came, line ends included.
func (p *peer) reply() string {
	p.t.Helper()
	reply, err := readReply(p.r)
	if err != nil {
		p.t.Fatalf("reply: %v", err)
	}
	return reply
}

func readReply(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil || len(line) < 3 {
		return line, err
	}
	n, _ := strconv.Atoi(line[1 : len(line)-2])
	switch {
	case line[0] == '$' && n >= 0:
		body := make([]byte, n+2)
		_, err = io.ReadFull(r, body)
		return line + string(body), err
	case line[0] == '*':
		for ; n > 0 && err == nil; n-- {
			var item string
			item, err = readReply(r)
			line += item
		}
	}
	return line, err
}

func encode(words []string) []byte {
	var args [][]byte
	for _, word := range words {
		args = append(args, []byte(word))
	}
	return appendCommand(nil, args...)
}

func (p *peer) expect(want string, words ...string) {
	p.t.Helper()
	if got := p.do(words...); got != want+"\r\n" {
		p.t.Errorf("%q: got %q, expected %q", words, got, want)
	}
}

// dump is everything that a client can learn about the keys of the tests.
func (p *peer) dump() string {
	var out bytes.Buffer
	for _, key := range keys {
		fmt.Fprint(&out, key, p.do("TYPE", key), p.do("GET", key), p.do("LRANGE", key, "0", "-1"), p.do("TTL", key))
	}
	return out.String()
}
