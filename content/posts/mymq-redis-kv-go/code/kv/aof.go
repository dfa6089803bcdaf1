package main

import (
	"bufio"
	"errors"
	"io"
	"log"
	"os"
	"sync"
	"time"
)

// An appendLog is the append-only file. Replies wait in commit until what they
// promise is as safe as the policy says.
type appendLog struct {
	file   *os.File
	policy string

	mu     sync.Mutex
	done   *sync.Cond
	buffer []byte
	spare  []byte
	end    int64 // bytes ever appended
	safe   int64 // bytes written and, under "always", synced
	busy   bool
	syncs  int64
}

// openLog returns a log that forgets everything if path is empty.
func openLog(path, policy string) (*appendLog, error) {
	if policy != "always" && policy != "everysec" && policy != "no" {
		return nil, errors.New("fsync is always, everysec or no")
	}
	l := &appendLog{policy: policy}
	l.done = sync.NewCond(&l.mu)
	if path == "" {
		return l, nil
	}
	var err error
	l.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	return l, err
}

// append takes one command; the caller holds the locks of its keys, so the
// order in the log is the order of execution.
func (l *appendLog) append(args ...[]byte) {
	if l.file == nil {
		return
	}
	l.mu.Lock()
	before := len(l.buffer)
	l.buffer = appendCommand(l.buffer, args...)
	l.end += int64(len(l.buffer) - before)
	l.mu.Unlock()
}

// position is the end of the log as it is now.
func (l *appendLog) position() int64 {
	if l.file == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end
}

// #region commit
// commit returns when everything up to position is safe.
func (l *appendLog) commit(position int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.safe < position {
		if l.busy {
			l.done.Wait()
			continue
		}
		l.busy = true
		batch, end := l.buffer, l.end
		l.buffer = l.spare[:0]
		l.mu.Unlock()
		l.write(batch)
		l.mu.Lock()
		l.spare, l.safe, l.busy = batch, end, false
		l.done.Broadcast()
	}
}

// #endregion

// write ends the process if the disk fails: after a failed fsync the kernel may
// have dropped the pages, and a second attempt would succeed without them.
func (l *appendLog) write(batch []byte) {
	if _, err := l.file.Write(batch); err != nil {
		log.Fatalf("append-only file: %v", err)
	}
	if l.policy == "always" {
		l.sync()
	}
}

func (l *appendLog) sync() {
	if err := l.file.Sync(); err != nil {
		log.Fatalf("append-only file: %v", err)
	}
	l.mu.Lock()
	l.syncs++
	l.mu.Unlock()
}

// syncEverySecond runs for the life of the process.
func (l *appendLog) syncEverySecond() {
	var synced int64
	for range time.Tick(time.Second) {
		l.mu.Lock()
		safe := l.safe
		l.mu.Unlock()
		if safe > synced {
			l.sync()
			synced = safe
		}
	}
}

// replay runs the log on an empty store and cuts off a command that was not
// written whole. At time 0 nothing expires: the log says itself what did.
func (l *appendLog) replay(s *store) error {
	if l.file == nil {
		return nil
	}
	counter := &countingReader{r: l.file}
	r := bufio.NewReaderSize(counter, maxLine)
	var whole int64
	for {
		args, err := readCommand(r)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return err
		}
		s.do(&call{args: args})
		whole = counter.n - int64(r.Buffered())
	}
	return l.file.Truncate(whole)
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
