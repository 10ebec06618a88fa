package postgrestest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// startLimit is for a server to accept connections, a recovery after a crash included.
const startLimit = time.Minute

// Server is a PostgreSQL server of a test's own, which it may kill.
type Server struct {
	URL string // of its database "postgres", as its superuser

	t       testing.TB
	folder  string
	program string
	port    string
	as      *syscall.SysProcAttr
	process *exec.Cmd
}

// Start starts a server that the end of the test removes. Without the programs the test is skipped, and in CI it fails.
func Start(t testing.TB) *Server {
	t.Helper()
	s := launch(t)
	t.Cleanup(s.remove)
	return s
}

func launch(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, program: Program(t, "postgres")}
	var err error
	if s.folder, err = newFolder(); err != nil {
		t.Fatal(err)
	}
	s.as = s.account()
	initdb := exec.Command(Program(t, "initdb"), "-D", filepath.Join(s.folder, "data"), "-U", "ringside", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync") //nolint:gosec,noctx // from the list of known places
	initdb.SysProcAttr = s.as
	initdb.Dir = s.folder
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	s.port = freePort(t)
	s.URL = "postgres://ringside@127.0.0.1:" + s.port + "/postgres?sslmode=disable"
	s.Run()
	return s
}

// newFolder makes a folder in memory where there is such a place: what a killed process has written stays there as well as
// on a disk, and the tests wait for none.
func newFolder() (string, error) {
	if folder, err := os.MkdirTemp("/dev/shm", "ringside-postgres-"); err == nil {
		return folder, nil
	}
	return os.MkdirTemp("", "ringside-postgres-")
}

// account returns who the server runs as: it refuses root, and is then the user that Debian's package has made.
func (s *Server) account() *syscall.SysProcAttr {
	as := &syscall.SysProcAttr{Setpgid: true} // a group of its own, to be killed as a whole
	if os.Geteuid() != 0 {
		return as
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		s.t.Fatalf("PostgreSQL does not run as root: %v", err)
	}
	uid, _ := strconv.ParseUint(account.Uid, 10, 32)
	gid, _ := strconv.ParseUint(account.Gid, 10, 32)
	if err := os.Chown(s.folder, int(uid), int(gid)); err != nil {
		s.t.Fatal(err)
	}
	as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return as
}

// Run starts the server, again after Kill, and waits until it accepts connections.
func (s *Server) Run() {
	s.t.Helper()
	s.process = exec.Command(s.program, "-D", filepath.Join(s.folder, "data"), "-h", "127.0.0.1", "-p", s.port, "-k", "", "-c", "max_connections=200", "-c", "dynamic_shared_memory_type=mmap", "-c", "log_min_messages=fatal") //nolint:gosec,noctx // as above
	s.process.SysProcAttr, s.process.Dir = s.as, s.folder
	log, err := os.OpenFile(filepath.Join(s.folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	s.process.Stdout, s.process.Stderr = log, log
	err = s.process.Start()
	_ = log.Close()
	if err != nil {
		s.t.Fatalf("start PostgreSQL: %v", err)
	}
	s.await()
}

func (s *Server) await() {
	s.t.Helper()
	var err error
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); time.Since(began) < startLimit; <-tick.C {
		if err = s.answers(); err == nil {
			return
		}
	}
	log, _ := os.ReadFile(filepath.Join(s.folder, "log"))
	s.t.Fatalf("PostgreSQL does not start: %v\n%s", err, log)
}

// answers connects once.
func (s *Server) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// Kill ends all processes of the server at once, as a crash of its machine would: each of them has a session of its own, so
// that the first one is stopped, and ends last.
func (s *Server) Kill() {
	first := s.process.Process.Pid
	_ = syscall.Kill(first, syscall.SIGSTOP)
	for _, pid := range childrenOf(first) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	_ = syscall.Kill(first, syscall.SIGKILL)
	_ = s.process.Wait()
}

// childrenOf finds processes by what the kernel tells of each (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
func childrenOf(parent int) (pids []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path) //nolint:gosec // the kernel's
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(rest)
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil && len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func (s *Server) remove() {
	s.Kill()
	if err := os.RemoveAll(s.folder); err != nil {
		s.t.Errorf("remove the test's PostgreSQL: %v", err)
	}
}

// Database makes an empty database on this server.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	return newDatabase(t, s.URL)
}

// Program finds one of the server's programs on PATH, or where Debian puts them, the newest version first.
func Program(t testing.TB, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	slices.Sort(found)
	if len(found) > 0 {
		return found[len(found)-1]
	}
	missing := fmt.Sprintf("PostgreSQL's %s is not on this machine; on Debian: apt-get install postgresql", name)
	if os.Getenv("CI") != "" {
		t.Fatal(missing)
	}
	t.Skip(missing) //nolint:forbidigo // CI never comes here
	return ""
}

// freePort finds a port that nobody listens at, below those that the system gives to connections
// (https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html, ip_local_port_range): none of them takes it while the
// server is down.
func freePort(t testing.TB) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(15_000 + rand.IntN(17_000)) //nolint:gosec // it is no secret
		l, err := net.Listen("tcp", "127.0.0.1:"+port)   //nolint:noctx // it only asks
		if err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}
