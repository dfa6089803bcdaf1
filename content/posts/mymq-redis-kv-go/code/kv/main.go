// Command kv is a small key-value store that Redis's own tools can talk to.
//
// A command travels through the files in this order: server.go reads it with
// resp.go, commands.go finds it, store.go runs it under its locks on db.go, and
// aof.go makes it safe before server.go replies.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
)

func main() {
	address := flag.String("listen", "127.0.0.1:0", "address; port 0 takes a free one")
	engine := flag.String("engine", "lock", "lock, shards or loop")
	file := flag.String("aof", "", "append-only file; none if empty")
	fsync := flag.String("fsync", "everysec", "always, everysec or no")
	eager := flag.Bool("eager", false, "reply after every command")
	flag.Parse()
	if err := run(*address, *engine, *eager, logOptions{*file, *fsync}); err != nil {
		log.Fatal(err)
	}
}

type logOptions struct{ path, policy string }

func run(address, engine string, eager bool, options logOptions) error {
	aof, err := openLog(options.path, options.policy)
	if err != nil {
		return err
	}
	data := newStore(engine, aof)
	if data == nil {
		return fmt.Errorf("engine is lock, shards or loop, not %q", engine)
	}
	if err := aof.replay(data); err != nil {
		return fmt.Errorf("%s: %w", options.path, err)
	}
	data.startLog()
	if aof.file != nil && aof.policy == "everysec" {
		go aof.syncEverySecond()
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	return (&server{store: data, eager: eager}).serve(listener)
}
