//! One cluster: made, started, restarted, killed, removed.

use super::{PostgresError, Result, programs::Programs, timescaledb, user::User};
use crate::{next_free_port, spawner};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fmt::Write as _,
    fs::{self, File, OpenOptions},
    io::Read,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// On a machine that also compiles, a start after kill -9 takes this long at most.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// A server that was asked to stop and has not by then is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);
/// How much of a log's end an error shows.
const LOG_TAIL_BYTES: usize = 2_000;
/// The user as whom tests and programs come, and whose all databases are. It may do no more than a server's users may
/// whose administrator gave them a database, but make further ones.
const OWNER: &str = "deren";
/// Who may do everything, through the socket in our folder alone.
const ADMINISTRATOR: &str = "postgres";

/// How a cluster runs.
#[derive(Clone, Debug, Default)]
pub struct ClusterOptions {
    /// True if what is committed must survive a power cut. A kill -9 it survives without, and starts much faster.
    pub durable: bool,
    /// Further lines of `postgresql.conf`, as (`shared_preload_libraries`, `'timescaledb'`).
    pub settings: Vec<(String, String)>,
}

/// A running cluster. Dropping it stops it and removes its folder; it ends too if we are killed.
#[derive(Debug)]
pub struct Cluster {
    programs: Programs,
    user: User,
    port: u16,
    password: String,
    databases: AtomicU32,
    server: Option<Child>,
    // Dropped after the server has stopped.
    folder: TempDir,
}

/// A database of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// Its address, with the password: `postgres://deren:…@127.0.0.1:…/…`.
    pub url: String,
}

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

impl Cluster {
    /// The cluster that everyone in this program shares who asks for it; it is gone with the last one that holds it.
    pub fn shared() -> Result<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Ok(running);
        }
        let started = Arc::new(Self::start(&ClusterOptions::default())?);
        *shared = Arc::downgrade(&started);
        Ok(started)
    }

    /// A cluster with TimescaleDB loaded; `None` where it is not installed. It says on standard error which of both it
    /// is, also for a test that passes.
    ///
    /// No job runs by itself: a test that needs one says when.
    pub fn with_timescaledb(options: &ClusterOptions) -> Result<Option<Self>> {
        let settings = options.settings.iter().cloned().chain(timescaledb::settings()).collect();
        let (says, cluster) = match Self::start(&ClusterOptions { durable: options.durable, settings }) {
            Ok(cluster) => ("TimescaleDB is installed here: both modes are tested", Some(cluster)),
            Err(error) if timescaledb::is_missing(&error) => {
                ("TimescaleDB is not installed here: plain PostgreSQL is tested", None)
            }
            Err(error) => return Err(error),
        };
        // A test's `eprintln!` is shown only when it fails. Where nobody can be told nothing is lost.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{says}\n").as_bytes());
        Ok(cluster)
    }

    /// Makes a cluster in a new temporary folder and waits until it answers.
    pub fn start(options: &ClusterOptions) -> Result<Self> {
        let programs = Programs::find()?;
        let user = User::choose()?;
        let folder = tempfile::Builder::new().prefix("deren-postgres-").tempdir();
        let folder = folder.map_err(PostgresError::file(std::env::temp_dir()))?;
        user.own(folder.path()).map_err(PostgresError::file(folder.path()))?;
        let (port, password) = (next_free_port()?, password()?);
        let mut cluster = Self { programs, user, port, password, databases: AtomicU32::new(0), server: None, folder };
        cluster.initialise(options)?;
        cluster.restart()?;
        cluster.create_owner()?;
        Ok(cluster)
    }

    /// Its port on 127.0.0.1; it stays the same over restarts.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What the server writes.
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// The address of a database by its name, whether it exists or not.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{OWNER}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// Makes an empty database with a name that no other has.
    pub fn fresh_database(&self) -> Result<Database> {
        let name = format!("fresh_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.create_database(&name)
    }

    /// Makes an empty database with this name.
    pub fn create_database(&self, name: &str) -> Result<Database> {
        let mut command = self.client("createdb");
        command.arg(format!("--username={ADMINISTRATOR}")).arg(format!("--owner={OWNER}")).arg(name);
        run("createdb", command)?;
        Ok(Database { name: name.to_owned(), url: self.url(name) })
    }

    /// Has all that was committed written into the tables' files, so that a measurement does not wait for that.
    pub fn checkpoint(&self) -> Result<()> {
        self.administer("--command=CHECKPOINT")
    }

    /// Starts the server again, on the data that it has. If it runs, it is stopped first and every connection to it
    /// ends.
    pub fn restart(&mut self) -> Result<()> {
        self.stop();
        let deadline = Instant::now() + START_TIMEOUT;
        // After a kill -9 the old server's children may hold its memory for a moment, and a new one refuses to start.
        loop {
            let _ = fs::remove_file(self.log());
            self.launch()?;
            while self.server.as_mut().is_some_and(|server| matches!(server.try_wait(), Ok(None))) {
                if self.is_ready() {
                    return Ok(());
                }
                if Instant::now() > deadline {
                    return Err(self.not_ready());
                }
                thread::sleep(POLL);
            }
            let log = tail(&self.log());
            if !log.contains("still in use") || Instant::now() > deadline {
                return Err(self.ended(log));
            }
            thread::sleep(POLL);
        }
    }

    /// Ends the server as a power cut would: kill -9. Its data stay for [`Cluster::restart`].
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    /// Ends the server and every connection to it, in order. Its data stay for [`Cluster::restart`].
    pub fn stop(&mut self) {
        let Some(server) = &mut self.server else { return };
        if let Some(pid) = i32::try_from(server.id()).ok().and_then(Pid::from_raw) {
            // "Fast shutdown": it does not wait until clients go.
            let _ = kill_process(pid, Signal::INT);
        }
        let deadline = Instant::now() + STOP_TIMEOUT;
        while matches!(server.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(POLL);
        }
        self.kill();
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn initialise(&self, options: &ClusterOptions) -> Result<()> {
        let mut command = self.user.command(&self.programs.path("initdb"), false);
        command
            .args(["--no-sync", "--no-locale", "--encoding=UTF8", "--auth-local=trust", "--auth-host=scram-sha-256"])
            .arg(format!("--username={ADMINISTRATOR}"))
            .arg(format!("--pgdata={}", self.data().display()));
        run("initdb", command)?;
        let file = self.data().join("postgresql.conf");
        let text = self.configuration(options);
        let written = OpenOptions::new().append(true).open(&file);
        written
            .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
            .map_err(PostgresError::file(&file))
    }

    /// By a file, because other users of this machine see the arguments of programs.
    fn create_owner(&self) -> Result<()> {
        let file = self.folder.path().join("owner.sql");
        let statement = format!("CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{}';\n", self.password);
        fs::write(&file, statement).map_err(PostgresError::file(&file))?;
        self.administer(&format!("--file={}", file.display()))?;
        fs::remove_file(&file).map_err(PostgresError::file(&file))
    }

    /// What only an administrator may, as an argument of psql.
    fn administer(&self, argument: &str) -> Result<()> {
        let mut command = self.client("psql");
        command.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname=postgres"]);
        command.arg(format!("--username={ADMINISTRATOR}")).arg(argument);
        run("psql", command)
    }

    fn configuration(&self, options: &ClusterOptions) -> String {
        let durable = if options.durable { "on" } else { "off" };
        let folder = self.folder.path().display();
        let mut text = format!(
            "\nlisten_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{folder}'\n\
             shared_buffers = 64MB\nmax_connections = 100\n\
             fsync = {durable}\nfull_page_writes = {durable}\n",
            self.port
        );
        for (name, value) in timescaledb::everywhere().iter().chain(&options.settings) {
            let _ = writeln!(text, "{name} = {value}");
        }
        text
    }

    fn launch(&mut self) -> Result<()> {
        let log = self.log();
        let output = OpenOptions::new().create(true).append(true).open(&log).map_err(PostgresError::file(&log))?;
        let errors = output.try_clone().map_err(PostgresError::file(&log))?;
        let mut command = self.user.command(&self.programs.path("postgres"), true);
        command.arg("-D").arg(self.data()).stdin(Stdio::null()).stdout(output).stderr(errors);
        // A Ctrl-C in the terminal is for us, and we stop it in order.
        command.process_group(0).current_dir("/");
        let started = spawner::spawn(command);
        self.server = Some(started.map_err(|source| PostgresError::Start { program: "postgres".into(), source })?);
        Ok(())
    }

    /// A client program that talks through the socket in our folder.
    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.path(program));
        command.arg("-h").arg(self.folder.path()).arg("-p").arg(self.port.to_string()).stdin(Stdio::null());
        command
    }

    fn is_ready(&self) -> bool {
        let quiet = self.client("pg_isready").stdout(Stdio::null()).stderr(Stdio::null()).status();
        quiet.is_ok_and(|status| status.success())
    }

    fn ended(&mut self, output: String) -> PostgresError {
        let status = self.server.take().and_then(|mut server| server.wait().ok());
        let status = status.map_or_else(|| "it never ran".to_owned(), |status| status.to_string());
        PostgresError::Failed { program: "postgres".to_owned(), status, output }
    }

    fn not_ready(&self) -> PostgresError {
        PostgresError::NotReady { port: self.port, seconds: START_TIMEOUT.as_secs(), log: tail(&self.log()) }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Nobody needs what it would write when stopping in order.
        self.kill();
        let children_go = Instant::now() + Duration::from_secs(5);
        // They write into the folder until they notice.
        while fs::remove_dir_all(self.folder.path()).is_err() && Instant::now() < children_go {
            thread::sleep(POLL);
        }
    }
}

fn run(program: &str, mut command: Command) -> Result<()> {
    let ran = command.stdin(Stdio::null()).current_dir("/").output();
    let ran = ran.map_err(|source| PostgresError::Start { program: program.to_owned(), source })?;
    if ran.status.success() {
        return Ok(());
    }
    let output = [ran.stdout, ran.stderr].concat();
    let output = end_of(&output);
    Err(PostgresError::Failed { program: program.to_owned(), status: ran.status.to_string(), output })
}

fn tail(log: &Path) -> String {
    fs::read(log).map_or_else(|error| error.to_string(), |bytes| end_of(&bytes))
}

fn end_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(bytes.len().saturating_sub(LOG_TAIL_BYTES)..).unwrap_or_default()).into_owned()
}

/// 32 random hexadecimal digits: other users of this machine can reach the port.
fn password() -> Result<String> {
    let mut bytes = [0; 16];
    let random = File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes));
    random.map_err(PostgresError::file("/dev/urandom"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
