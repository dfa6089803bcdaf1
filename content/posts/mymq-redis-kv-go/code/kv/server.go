package main

import (
	"bufio"
	"errors"
	"net"
)

// A server reads commands and writes replies; what they mean is the store's.
type server struct {
	store *store
	// eager replies after every command, as a first version would.
	eager bool
}

// maxReplies is what may wait before a client has to read: 64 KiB, the size of
// a socket buffer.
const maxReplies = 64 << 10

func (s *server) serve(listener net.Listener) error {
	for {
		socket, err := listener.Accept()
		if err != nil {
			return err
		}
		go s.handle(socket)
	}
}

type client struct {
	net.Conn
	server  *server
	replies []byte
	// promised is the end of the log that the replies rely on.
	promised int64
}

func (s *server) handle(socket net.Conn) {
	defer socket.Close()
	c := &client{Conn: socket, server: s}
	r := bufio.NewReaderSize(c, maxLine)
	for {
		args, err := readCommand(r)
		if err != nil {
			c.refuse(err)
			return
		}
		if len(args) > 0 && c.execute(args) != nil {
			return
		}
	}
}

func (c *client) execute(args [][]byte) error {
	one := call{args: args, now: nowMillis(), out: c.replies}
	c.server.store.do(&one)
	c.replies = one.out
	c.promised = c.server.store.log.position()
	if c.server.eager || len(c.replies) > maxReplies {
		return c.flush()
	}
	return nil
}

// #region reply
// Read is called by the parser only when its buffer has no whole command left:
// now, before the wait, the replies have to go.
func (c *client) Read(p []byte) (int, error) {
	if err := c.flush(); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// #endregion

func (c *client) flush() error {
	if len(c.replies) == 0 {
		return nil
	}
	c.server.store.log.commit(c.promised) // the log before the promise
	_, err := c.Conn.Write(c.replies)
	c.replies = c.replies[:0]
	return err
}

func (c *client) refuse(err error) {
	var broken protocolError
	if errors.As(err, &broken) {
		c.replies = appendError(c.replies, "ERR "+broken.Error())
	}
	// The connection ends either way.
	_ = c.flush()
}
