internal import CHDF5
internal import CHDF5Support
import Foundation

/// The way into libhdf5: one call at a time, with its failures as Swift errors.
enum HDF5Library {
    /// libhdf5 keeps its tables of open objects in globals without its own locks (unless it was built thread-safe,
    /// which not every system promises), so every call goes through this lock.
    private static let lock = RobustLock()
    /// The files of the calls that are under way, the innermost last.
    ///
    /// This and what follows is unsafe because it is touched under the lock only.
    nonisolated(unsafe) private static var current: [URL] = []
    nonisolated(unsafe) private static var isPrepared = false
    /// Why the last call failed that did.
    nonisolated(unsafe) private static var reason = ""

    /// Calls `body` alone in the library, with its printing of errors to stderr turned off.
    ///
    /// Throws what `body` throws, and `FormatError` if an earlier call crashed in the library, which then holds locks
    /// that nobody opens again.
    static func locked<R>(_ url: URL, _ body: () throws -> R) throws -> R {
        guard lock.lock(recovering: isFree) else {
            let culprit = current.first.map { " over \($0.path)" } ?? ""
            throw FormatError(
                url,
                "cannot be used: the HDF5 library crashed in this process\(culprit); restart the kernel to use HDF5 again"
            )
        }
        prepare()
        current.append(url)
        defer {
            current.removeLast()
            // What failed is in a Swift error by now; left on the library's stack it would disturb its end at exit.
            if current.isEmpty { H5Eclear2(0) }
            lock.unlock()
        }
        return try body()
    }

    /// Whether the library takes calls after a thread ended in the middle of `locked`, which an interrupt can do.
    ///
    /// If the thread ended inside the library, as by a crash, its own lock stays closed, and the call of another thread
    /// does not return. Called with our lock held.
    private static func isFree() -> Bool {
        let answered = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            var isThreadSafe = false
            H5is_library_threadsafe(&isThreadSafe)
            // Unlike questions about the version, this one waits for the library's lock (seen with 1.10.8).
            H5Eset_auto2(0, nil, nil)
            if isThreadSafe { answered.signal() }
        }
        guard answered.wait(timeout: .now() + 2) == .success else { return false }
        current = []
        return true
    }

    /// The same for what must not fail, such as closing: nothing is done after a crash.
    static func ifUsable(_ url: URL, _ body: () -> Void) { _ = try? locked(url, body) }

    private static func prepare() {
        if !isPrepared {
            isPrepared = true
            H5open()
            gyrus_h5_register_lzf()
        }
        // A library that was built thread-safe asks for it on every thread.
        H5Eset_auto2(0, { stack, _ in HDF5Library.remember(stack) }, nil)
    }

    /// Called by the library if a call fails; later its reason may be gone, since every other call forgets it.
    private static func remember(_ stack: hid_t) -> herr_t {
        var words = ""
        _ = withUnsafeMutablePointer(to: &words) { words in
            H5Ewalk2(
                stack, H5E_WALK_UPWARD,
                { _, error, words in
                    guard let description = error?.pointee.desc, let words else { return 0 }
                    let text = words.assumingMemoryBound(to: String.self)
                    if text.pointee.isEmpty { text.pointee = String(cString: description) }
                    return 0
                }, words)
        }
        reason = words
        return 0
    }

    /// The same as `locked`, tried again for two seconds if the file is locked.
    ///
    /// A program that another thread is just starting holds the locks of all files that are open, or were until now,
    /// up to its first instruction.
    static func waitingForLock<R>(_ url: URL, _ body: () throws -> R) throws -> R {
        for _ in 0..<40 {
            do {
                return try locked(url, body)
            } catch let error as FormatError where error.description.hasSuffix(isLocked) {
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
        return try locked(url, body)
    }

    private static let isLocked = "another process has it open for writing"

    /// Why a version may be one that the library does not know.
    static let newer =
        "a newer HDF5 wrote it, or it is damaged; h5py writes for this one with libver=(\"earliest\", \"v110\")"

    /// The innermost reason of the last failure, in the library's own words; the caller holds the lock.
    static func lastError() -> String {
        defer { reason = "" }
        if reason.contains("unable to lock file") { return isLocked }
        if reason.hasPrefix("bad version number for") {
            return "\(reason) (\(newer))"
        }
        return reason.isEmpty ? "the HDF5 library gives no reason" : reason
    }
}

/// A lock that its thread may take several times, and that says if a thread ended while it held it.
///
/// `@unchecked Sendable` because the system's mutex may be used from every thread.
private final class RobustLock: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() {
        var attributes = pthread_mutexattr_t()
        pthread_mutexattr_init(&attributes)
        pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
        #if os(Linux)
            pthread_mutexattr_setrobust(&attributes, Int32(PTHREAD_MUTEX_ROBUST))
        #endif
        pthread_mutex_init(mutex, &attributes)
        pthread_mutexattr_destroy(&attributes)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Waits for the lock; false if a thread ended in the middle of what the lock guards, and `isWhole` says that it is
    /// not whole.
    ///
    /// That is so when the runner has brought a cell back from a crash: its thread ends, and the lock is never opened.
    func lock(recovering isWhole: () -> Bool) -> Bool {
        let status = pthread_mutex_lock(mutex)
        #if os(Linux)
            if status == EOWNERDEAD {
                if isWhole() { return pthread_mutex_consistent(mutex) == 0 }
                // Opened without being declared consistent, it answers every later caller with an error at once.
                pthread_mutex_unlock(mutex)
            }
        #endif
        return status == 0
    }

    func unlock() { pthread_mutex_unlock(mutex) }
}
