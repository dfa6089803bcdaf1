package main

import (
	"fmt"
	"math/rand"
	"strconv"
	"testing"
)

// Under the last two keys there are mostly lists, so that they grow.
var keys = []string{"a", "b", "c", "d", "l", "m"}

// TestRepliesAreThoseOfRedis sends the same random commands, in pipelines, to a
// real redis-server and to each engine, and compares every byte.
func TestRepliesAreThoseOfRedis(t *testing.T) {
	redis := startRedis(t)
	for _, engine := range engines {
		kv := start(t, engine, "", "no")
		for seed := int64(1); seed <= 60; seed++ {
			random := rand.New(rand.NewSource(seed))
			for pipeline := 0; pipeline < 8; pipeline++ {
				compare(t, fmt.Sprintf("%s, seed %d", engine, seed), redis, kv, commandsFor(random))
			}
			for _, p := range []*peer{redis, kv} {
				p.do("FLUSHALL")
			}
			if t.Failed() {
				return
			}
		}
	}
}

func compare(t *testing.T, name string, redis, kv *peer, pipeline [][]string) {
	var raw []byte
	for _, words := range pipeline {
		raw = append(raw, encode(words)...)
	}
	redis.send(raw)
	kv.send(raw)
	for _, words := range pipeline {
		want, got := redis.reply(), kv.reply()
		if want != got {
			t.Errorf("%s: %q: got %q, Redis says %q", name, words, got, want)
		}
	}
}

// commandsFor looks at a key often enough to see what a reply does not say: LREM
// answers with a number, whichever end it began at.
func commandsFor(random *rand.Rand) (pipeline [][]string) {
	for n := 1 + random.Intn(40); n > 0; n-- {
		words := randomCommand(random)
		pipeline = append(pipeline, words)
		if len(words) > 1 && random.Intn(2) == 0 {
			pipeline = append(pipeline, []string{"LRANGE", words[1], "0", "-1"})
		}
	}
	return pipeline
}

var directions = []string{"LEFT", "right", "RIGHT", "left", "UP"}

// randomCommand is mostly right. Numbers stay small enough to meet, with a few
// at the ends of what fits.
func randomCommand(random *rand.Rand) []string {
	pick := func(words ...string) string { return words[random.Intn(len(words))] }
	key, list, item := pick(keys[:4]...), pick("l", "l", "m", "m", "a"), pick("x", "y", "z", "", "\r\n", "41")
	number := pick("0", "1", "2", "-1", "-2", "3", "100", "07", "+1", "x",
		"9223372036854775807", "-9223372036854775808", "9223372036854775808")
	seconds := strconv.Itoa(1000 * random.Intn(4))
	direction := directions[random.Intn(len(directions))]
	shapes := [][]string{
		{"SET", key, pick(item, number)},
		{"SET", key, item, pick("NX", "XX", "nx", "KEEPTTL", "bad")},
		{"SET", key, item, pick("EX", "PX"), pick("500000", "0", "-1", "x", "9223372036854775807"), pick("NX", "XX", "EX")},
		{"SET", key, item, pick("EX", "NX"), pick("900", "XX")},
		{"GET", key}, {"get", key}, {"DEL", key, pick(keys...)}, {"EXISTS", key, key},
		{"INCR", key}, {"DECR", key}, {"INCRBY", key, number}, {"TYPE", key},
		{"EXPIRE", key, pick(seconds, "-1", "x", "9223372036854775807")}, {"TTL", key}, {"PERSIST", key},
		{"LPUSH", list, item, "w"}, {"RPUSH", list, item}, {"LPUSH", list, item, item, "v"},
		{"LPOP", list}, {"RPOP", list}, {"LPOP", list, number}, {"RPOP", list, number},
		{"LLEN", list}, {"LRANGE", list, number, number}, {"LREM", list, number, item},
		{"LREM", list, pick("1", "-1", "-2"), item}, {"RPUSH", list, item, "x", item},
		{"LMOVE", list, pick("l", "m", key), direction, directions[random.Intn(len(directions))]},
		{"PING"}, {"PING", item}, {"ECHO", item}, {"SELECT", pick("0", "x", "99")},
		{"GET"}, {"SET", key}, {"LPOP", key, "1", "1"}, {"NOSUCH", "ab", item}, {"DBSIZE"},
	}
	return shapes[random.Intn(len(shapes))]
}

// TestKeysExpireAsInRedis: the shortest times, with a pause that is longer.
func TestKeysExpireAsInRedis(t *testing.T) {
	redis := startRedis(t)
	for _, engine := range engines {
		kv := start(t, engine, "", "no")
		for _, p := range []*peer{redis, kv} {
			p.expect("+OK", "FLUSHALL")
			p.expect("+OK", "SET", "a", "5", "PX", "20")
			p.expect(":1", "RPUSH", "b", "x")
			p.expect(":1", "PEXPIRE", "b", "20")
			p.expect(":6", "INCR", "a")
		}
		waitFor(t, func() bool { return redis.do("EXISTS", "a", "b") == ":0\r\n" })
		waitFor(t, func() bool { return kv.do("EXISTS", "a", "b") == ":0\r\n" })
		for _, p := range []*peer{redis, kv} {
			p.expect(":-2", "TTL", "a")
			p.expect(":1", "INCR", "a")
			p.expect(":-1", "TTL", "a")
		}
	}
}
