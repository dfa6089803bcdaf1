package main

import (
	"fmt"
	"path"
	"strings"
)

// config answers CONFIG GET: redis-benchmark asks for save and appendonly.
func config(c *call) {
	if !strings.EqualFold(string(c.args[1]), "get") || len(c.args) < 3 {
		c.fail("ERR only CONFIG GET is supported")
		return
	}
	settings := [][2]string{
		{"save", ""},
		{"appendonly", yesNo(c.store.log.file != nil)},
		{"appendfsync", c.store.log.policy},
	}
	var found [][]byte
	for _, setting := range settings {
		if matches(c.args[2:], setting[0]) {
			found = append(found, []byte(setting[0]), []byte(setting[1]))
		}
	}
	c.out = appendCommand(c.out, found...)
}

func matches(patterns [][]byte, name string) bool {
	for _, pattern := range patterns {
		if ok, err := path.Match(strings.ToLower(string(pattern)), name); ok && err == nil {
			return true
		}
	}
	return false
}

func info(c *call) {
	c.bulk([]byte(fmt.Sprintf("# Server\r\nredis_version:7.0.0\r\nkv_shards:%d\r\n"+
		"# Persistence\r\naof_enabled:%d\r\naof_syncs:%d\r\n# Keyspace\r\ndb0:keys=%d\r\n",
		len(c.store.shards), map[bool]int{true: 1}[c.store.log.file != nil],
		c.store.log.syncCount(), c.store.size())))
}

func (l *appendLog) syncCount() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.syncs
}

func dbsize(c *call) { c.number(c.store.size()) }

func (s *store) size() (keys int64) {
	for _, each := range s.shards {
		keys += int64(len(each.db.values))
	}
	return keys
}

func flushall(c *call) {
	for _, each := range c.store.shards {
		each.db.values = map[string]value{}
	}
	c.store.shards[0].db.log([]byte("FLUSHALL"))
	c.status("OK")
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
