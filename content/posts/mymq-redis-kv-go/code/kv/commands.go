package main

import (
	"fmt"
	"strconv"
	"strings"
)

// A call is one command on its way: what it asks, when, and the reply so far.
type call struct {
	args  [][]byte
	now   int64
	out   []byte
	store *store
}

func (c *call) db() *db             { return c.store.shard(c.args[1]) }
func (c *call) status(s string)     { c.out = appendStatus(c.out, s) }
func (c *call) fail(message string) { c.out = appendError(c.out, message) }
func (c *call) number(n int64)      { c.out = appendInt(c.out, n) }
func (c *call) bulk(b []byte)       { c.out = appendBulk(c.out, b) }
func (c *call) null()               { c.out = appendNil(c.out) }

// A command names its keys by position, as Redis's COMMAND does: the engine
// locks their shards before it runs.
type command struct {
	run func(*call)
	// arity counts the name; negative means at least.
	arity             int
	firstKey, lastKey int
	// everything: the command touches all shards.
	everything bool
}

const (
	errInteger   = "ERR value is not an integer or out of range"
	errOverflow  = "ERR increment or decrement would overflow"
	errSyntax    = "ERR syntax error"
	errWrongType = "WRONGTYPE Operation against a key holding the wrong kind of value"
	errPositive  = "ERR value is out of range, must be positive"
)

// lastArg as lastKey: all arguments from firstKey on are keys.
const lastArg = -1

var commands map[string]command

// The table is filled at start because COMMAND COUNT reads it.
func init() {
	commands = map[string]command{
		"ping":     {run: ping, arity: -1},
		"echo":     {run: echo, arity: 2},
		"select":   {run: selectDB, arity: 2},
		"command":  {run: describe, arity: -1},
		"config":   {run: config, arity: -2},
		"info":     {run: info, arity: -1, everything: true},
		"dbsize":   {run: dbsize, arity: 1, everything: true},
		"flushall": {run: flushall, arity: -1, everything: true},

		"get":    {run: get, arity: 2, firstKey: 1, lastKey: 1},
		"set":    {run: set, arity: -3, firstKey: 1, lastKey: 1},
		"incr":   {run: incr, arity: 2, firstKey: 1, lastKey: 1},
		"decr":   {run: decr, arity: 2, firstKey: 1, lastKey: 1},
		"incrby": {run: incrBy, arity: 3, firstKey: 1, lastKey: 1},

		"del":       {run: del, arity: -2, firstKey: 1, lastKey: lastArg},
		"exists":    {run: exists, arity: -2, firstKey: 1, lastKey: lastArg},
		"type":      {run: typeOf, arity: 2, firstKey: 1, lastKey: 1},
		"expire":    {run: expireSeconds, arity: 3, firstKey: 1, lastKey: 1},
		"pexpire":   {run: expireMillis, arity: 3, firstKey: 1, lastKey: 1},
		"pexpireat": {run: expireAt, arity: 3, firstKey: 1, lastKey: 1},
		"persist":   {run: persist, arity: 2, firstKey: 1, lastKey: 1},
		"ttl":       {run: ttl, arity: 2, firstKey: 1, lastKey: 1},
		"pttl":      {run: pttl, arity: 2, firstKey: 1, lastKey: 1},

		"lpush":  {run: lpush, arity: -3, firstKey: 1, lastKey: 1},
		"rpush":  {run: rpush, arity: -3, firstKey: 1, lastKey: 1},
		"lpop":   {run: lpop, arity: -2, firstKey: 1, lastKey: 1},
		"rpop":   {run: rpop, arity: -2, firstKey: 1, lastKey: 1},
		"llen":   {run: llen, arity: 2, firstKey: 1, lastKey: 1},
		"lrange": {run: lrange, arity: 4, firstKey: 1, lastKey: 1},
		"lrem":   {run: lrem, arity: 4, firstKey: 1, lastKey: 1},
		"lmove":  {run: lmove, arity: 5, firstKey: 1, lastKey: 2},
	}
}

// find returns false and leaves the error as the reply.
func find(c *call) (command, bool) {
	name := strings.ToLower(string(c.args[0]))
	cmd, known := commands[name]
	if !known {
		c.fail(unknown(c.args))
		return cmd, false
	}
	if n := len(c.args); n != cmd.arity && (cmd.arity > 0 || n < -cmd.arity) {
		c.wrongCount(name)
		return cmd, false
	}
	return cmd, true
}

func (c *call) wrongCount(name string) {
	c.fail(fmt.Sprintf("ERR wrong number of arguments for '%s' command", name))
}

func (cmd command) keys(args [][]byte) [][]byte {
	switch {
	case cmd.firstKey == 0:
		return nil
	case cmd.lastKey == lastArg:
		return args[cmd.firstKey:]
	}
	return args[cmd.firstKey : cmd.lastKey+1]
}

// unknown words the error as Redis does, up to 128 bytes of arguments.
func unknown(args [][]byte) string {
	var rest strings.Builder
	for _, arg := range args[1:] {
		if rest.Len() >= 128 {
			break
		}
		fmt.Fprintf(&rest, "'%.*s' ", 128-rest.Len(), oneLine(arg))
	}
	return fmt.Sprintf("ERR unknown command '%.128s', with args beginning with: %s",
		oneLine(args[0]), rest.String())
}

// oneLine keeps a client from writing into the reply stream.
func oneLine(arg []byte) string {
	return strings.NewReplacer("\r", " ", "\n", " ").Replace(string(arg))
}

// parseInt takes only the form that Redis itself prints: no sign for positive
// numbers, no leading zeros, no spaces.
func parseInt(text []byte) (int64, bool) {
	n, err := strconv.ParseInt(string(text), 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == string(text)
}

func ping(c *call) {
	switch len(c.args) {
	case 1:
		c.status("PONG")
	case 2:
		c.bulk(c.args[1])
	default:
		c.wrongCount("ping")
	}
}

func echo(c *call) { c.bulk(c.args[1]) }

// selectDB: there is one database.
func selectDB(c *call) {
	switch n, ok := parseInt(c.args[1]); {
	case !ok:
		c.fail(errInteger)
	case n != 0:
		c.fail("ERR DB index is out of range")
	default:
		c.status("OK")
	}
}

// describe answers enough for redis-cli, which then does without hints.
func describe(c *call) {
	if len(c.args) == 2 && strings.EqualFold(string(c.args[1]), "count") {
		c.number(int64(len(commands)))
		return
	}
	c.out = appendArray(c.out, 0)
}
