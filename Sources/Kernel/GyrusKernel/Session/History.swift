import CSQLite
import Foundation
import Jupyter
import Synchronization

/// The inputs of this and of earlier sessions, in an SQLite file that all kernels of the user share.
final class History: Sendable {
    // SQLite's handle is used under the lock alone.
    private struct Database: @unchecked Sendable { let handle: OpaquePointer }
    private let database: Mutex<Database>?
    let session: Int

    /// Opens the history in a folder, or one that ends with this process; so does that of a file that cannot be used (damaged,
    /// on a full disk), which standard error tells.
    init(folder: URL?) {
        var opened: (handle: OpaquePointer, session: Int)?
        if let folder {
            try? FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let path = folder.appending(path: "history.sqlite").path
            Self.closeToOthers(path)
            opened = Self.opened(path)
            if opened == nil {
                let words = "gyrus: \(path) cannot be used: this session's history ends with it\n"
                FileHandle.standardError.write(Data(words.utf8))
            }
        }
        // SQLite's name for a database in memory.
        guard let (handle, number) = opened ?? Self.opened(":memory:") else {
            database = nil
            session = 1
            return
        }
        session = number
        database = Mutex(Database(handle: handle))
    }

    /// A database with its tables, and the number of a new session in it; nil if it cannot be used.
    private static func opened(_ path: String) -> (handle: OpaquePointer, session: Int)? {
        var database: OpaquePointer?
        guard sqlite3_open(path, &database) == SQLITE_OK, let handle = database else {
            sqlite3_close(database)
            return nil
        }
        sqlite3_busy_timeout(handle, 2000)
        let code = sqlite3_exec(
            handle,
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
            CREATE TABLE IF NOT EXISTS sessions (session INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT);
            CREATE TABLE IF NOT EXISTS history (session INTEGER, line INTEGER, input TEXT, output TEXT,
                PRIMARY KEY (session, line));
            INSERT INTO sessions (started) VALUES (datetime('now'));
            """, nil, nil, nil)
        guard code == SQLITE_OK else {
            sqlite3_close(handle)
            return nil
        }
        return (handle, Int(sqlite3_last_insert_rowid(handle)))
    }

    /// Makes the file, with those that SQLite keeps beside it, readable by nobody else: cells hold what is no one
    /// else's business.
    private static func closeToOthers(_ path: String) {
        close(open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600))
        // SQLite gives the files beside it the permissions of this one; those of earlier sessions are there.
        for file in [path, path + "-wal", path + "-shm"] { chmod(file, 0o600) }
    }

    /// Remembers an input with its result's text.
    func add(line: Int, input: String, output: String?) {
        _ = rows(
            "INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?)",
            [.integer(session), .integer(line), .text(input), output.map(Value.text) ?? .null])
    }

    /// The entries that a request asks for, oldest first.
    func entries(_ request: HistoryRequest) -> [HistoryEntry] {
        entries(request.access, output: request.output)
    }

    /// The entries of an access, oldest first.
    func entries(_ access: HistoryRequest.Access, output: Bool = false) -> [HistoryEntry] {
        let columns = "SELECT session, line, input, output FROM history"
        let found: [Row]
        switch access {
        case .tail(let count):
            found = rows(columns + " ORDER BY session DESC, line DESC LIMIT ?", [.integer(count)]).reversed()
        case .range(let wanted, let start, let stop):
            let number = wanted > 0 ? wanted : session + wanted
            found = rows(
                columns + " WHERE session = ? AND line >= ? AND line < ? ORDER BY line",
                [.integer(number), .integer(start), .integer(stop ?? Int(Int32.max))])
        case .search(let pattern, let count, let unique):
            let group = unique ? " GROUP BY input HAVING max(session * 1000000 + line)" : ""
            found = rows(
                columns + " WHERE input GLOB ?" + group + " ORDER BY session DESC, line DESC LIMIT ?",
                [.text(pattern), .integer(count ?? -1)]
            ).reversed()
        }
        return found.map {
            output
                ? HistoryEntry(session: $0.session, line: $0.line, input: $0.input, output: $0.output)
                : HistoryEntry(session: $0.session, line: $0.line, input: $0.input)
        }
    }

    private enum Value {
        case integer(Int)
        case text(String)
        case null
    }

    private struct Row {
        let session, line: Int
        let input: String
        let output: String?
    }

    private func rows(_ sql: String, _ values: [Value]) -> [Row] {
        database?.withLock { database in
            var statement: OpaquePointer?
            guard sqlite3_prepare_v2(database.handle, sql, -1, &statement, nil) == SQLITE_OK else {
                return []
            }
            defer { sqlite3_finalize(statement) }
            for (index, value) in values.enumerated() {
                let place = Int32(index + 1)
                switch value {
                case .integer(let number): sqlite3_bind_int64(statement, place, Int64(number))
                case .null: sqlite3_bind_null(statement, place)
                case .text(let text):
                    // With its length, as a cell may have zero bytes. SQLITE_TRANSIENT: SQLite copies the text.
                    sqlite3_bind_text(
                        statement, place, text, Int32(clamping: text.utf8.count),
                        unsafeBitCast(-1, to: sqlite3_destructor_type.self))
                }
            }
            var found: [Row] = []
            while sqlite3_step(statement) == SQLITE_ROW {
                found.append(
                    Row(
                        session: Int(sqlite3_column_int64(statement, 0)),
                        line: Int(sqlite3_column_int64(statement, 1)),
                        input: Self.text(of: statement, column: 2) ?? "",
                        output: Self.text(of: statement, column: 3)))
            }
            return found
        } ?? []
    }

    private static func text(of statement: OpaquePointer?, column: Int32) -> String? {
        sqlite3_column_text(statement, column).map {
            let count = Int(sqlite3_column_bytes(statement, column))
            return String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
        }
    }
}
