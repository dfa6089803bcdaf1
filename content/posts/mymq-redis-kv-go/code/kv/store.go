package main

import (
	"hash/maphash"
	"sort"
	"sync"
)

// A store runs commands one at a time as far as their keys are concerned.
// There are three ways to get there, to be compared.
type store struct {
	shards []*shard
	seed   maphash.Seed
	run    func(*call, command)
	log    *appendLog
}

// A shard has a cache line to itself: neighbours must not slow each other down.
type shard struct {
	sync.Mutex
	db *db
	_  [48]byte
}

// shardCount is a power of two, so that a mask chooses.
const shardCount = 64

func newStore(engine string, log *appendLog) *store {
	s := &store{seed: maphash.MakeSeed(), log: log}
	count := 1
	switch engine {
	case "lock":
		s.run = s.underLocks
	case "shards":
		count = shardCount
		s.run = s.underLocks
	case "loop":
		s.run = s.inLoop()
	default:
		return nil
	}
	for i := 0; i < count; i++ {
		s.shards = append(s.shards, &shard{db: newDB()})
	}
	return s
}

// startLog connects the data to the log once the replay is over.
func (s *store) startLog() {
	for _, each := range s.shards {
		each.db.log = s.log.append
	}
}

func (s *store) shard(key []byte) *db { return s.shards[s.index(key)].db }

func (s *store) index(key []byte) int {
	if len(s.shards) == 1 {
		return 0
	}
	return int(maphash.Bytes(s.seed, key) & (shardCount - 1))
}

func (s *store) do(c *call) {
	c.store = s
	if cmd, ok := find(c); ok {
		s.run(c, cmd)
	}
}

// underLocks takes the locks of a command in the order of their numbers, so
// that two commands with two keys each cannot wait for each other.
func (s *store) underLocks(c *call, cmd command) {
	held := s.locks(c, cmd)
	for _, i := range held {
		s.shards[i].Lock()
	}
	cmd.run(c)
	for _, i := range held {
		s.shards[i].Unlock()
	}
}

func (s *store) locks(c *call, cmd command) []int {
	keys := cmd.keys(c.args)
	switch {
	case len(keys) == 1:
		return []int{s.index(keys[0])}
	case len(keys) == 0 && !cmd.everything:
		return nil
	}
	wanted := map[int]bool{}
	for i := range s.shards {
		wanted[i] = cmd.everything
	}
	for _, key := range keys {
		wanted[s.index(key)] = true
	}
	var order []int
	for i, want := range wanted {
		if want {
			order = append(order, i)
		}
	}
	sort.Ints(order)
	return order
}

// inLoop hands every command to one goroutine that owns the data.
func (s *store) inLoop() func(*call, command) {
	type job struct {
		call *call
		cmd  command
		done chan struct{}
	}
	jobs := make(chan job)
	go func() {
		for j := range jobs {
			j.cmd.run(j.call)
			close(j.done)
		}
	}()
	return func(c *call, cmd command) {
		j := job{c, cmd, make(chan struct{})}
		jobs <- j
		<-j.done
	}
}
