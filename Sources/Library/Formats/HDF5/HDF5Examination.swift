internal import CHDF5Support
import Foundation
import Synchronization

/// Which HDF5 files were looked at in their own process and did no harm there.
///
/// libhdf5 crashes on some damaged files, and a crash would take the variables of the process along. So a copy of the
/// process opens each file first, reads the descriptions of all objects, their attributes, texts and small datasets, and
/// the ends of the large ones, which takes a few milliseconds. It is done once for each state of a file, and not for
/// one that this process writes itself. Without it (`GYRUS_HDF5_EXAMINE=0` in the environment) files open faster.
enum HDF5Examination {
    private struct State {
        /// What was looked at in each state of a file: all, or the named objects.
        var known: [FileVersion: (isComplete: Bool, objects: Set<String>)] = [:]
        /// How many times each file is open for writing here.
        var written: [FileIdentity: Int] = [:]
        /// The files that were open for writing here at any time.
        var everWritten: Set<FileIdentity> = []
    }

    private struct FileIdentity: Hashable {
        let device: UInt64
        let inode: UInt64

        init(_ version: FileVersion) { (device, inode) = (version.device, version.inode) }
    }

    private static let state = Mutex(State())
    private static let isWanted = ProcessInfo.processInfo.environment["GYRUS_HDF5_EXAMINE"] != "0"

    /// Looks at a file, or at one object of it, unless that was done before; the caller holds the library's lock.
    ///
    /// Throws `FormatError` if libhdf5 crashes on it or comes to no end.
    static func pass(_ url: URL, object: String? = nil) throws {
        guard isWanted else { return }
        let version = try FileVersion(url)
        let isKnown = state.withLock { state in
            if state.written[FileIdentity(version), default: 0] > 0 { return true }
            guard let known = state.known[version] else { return false }
            return known.isComplete || object.map(known.objects.contains) ?? true
        }
        guard !isKnown else { return }
        var result = gyrus_h5_examination()
        // Where no copy can be made, the file is opened as it is.
        guard gyrus_h5_examine(url.path, object, &result) == 0 else { return }
        guard result.signal == 0, result.wants_memory == 0 else {
            let place = withUnsafeBytes(of: &result.place) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            // The look at a header, which comes later, says more of what is wrong there.
            if object == nil, result.signal != 0, !place.isEmpty,
                let damage = HDF5Opening.damage(of: place == "." ? "/" : "/" + place, in: url)
            {
                throw damage
            }
            let what =
                switch result.signal {
                case 0: "takes the HDF5 library more memory than anything in it can have"
                case SIGXCPU: "takes the HDF5 library without end"
                default: "crashes the HDF5 library"
                }
            let object = place.isEmpty ? "opening it" : "reading \"\(place == "." ? "/" : place)\""
            throw FormatError(url, "is damaged: \(object) \(what) (tried in a process of its own)")
        }
        remember(version, object: object, isComplete: result.is_complete != 0)
    }

    /// Whether this process writes a file, or has done so: what it changes is known to the library.
    static func isWrittenHere(_ version: FileVersion) -> Bool {
        state.withLock { $0.everWritten.contains(FileIdentity(version)) }
    }

    private static func remember(_ version: FileVersion, object: String?, isComplete: Bool) {
        state.withLock { state in
            // Only files that are in use matter; the memory of others is not worth keeping.
            if state.known.count >= 1000 { state.known = [:] }
            var known = state.known[version] ?? (false, [])
            if let object { known.objects.insert(object) } else if isComplete { known.isComplete = true }
            state.known[version] = known
        }
    }

    /// Notes that this process writes the file, and returns what to call when it is closed.
    static func writing(_ url: URL, renamedTo name: URL? = nil) -> @Sendable () -> Void {
        guard let version = try? FileVersion(url) else { return {} }
        let identity = FileIdentity(version)
        state.withLock {
            $0.written[identity, default: 0] += 1
            $0.everWritten.insert(identity)
        }
        return {
            state.withLock { state in
                let left = state.written[identity, default: 1] - 1
                state.written[identity] = left > 0 ? left : nil
            }
            // What we wrote ourselves is as good as looked at.
            if let closed = try? FileVersion(name ?? url), FileIdentity(closed) == identity {
                remember(closed, object: nil, isComplete: true)
            }
        }
    }
}
