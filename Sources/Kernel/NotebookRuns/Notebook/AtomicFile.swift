import Foundation

/// Writes files that are complete or absent.
public enum AtomicFile {
    /// Writes a file under another name and gives it its own once it is on the disk; what was there before stays until then.
    ///
    /// A symbolic link stays one, and a file keeps its permissions; a pipe or a device (`/dev/null`) is written to, for no file
    /// can stand in its place. Throws `RunError` that names the file; then the former file is as it was.
    public static func write(_ data: Data, to file: URL) throws {
        if isDevice(file) { return try write(data, toDevice: file) }
        try checkIsNotAnnexed(file)
        let target = target(of: file)
        let other = hiddenName(beside: target)
        let descriptor = open(other, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(file, errno) }
        var code = writeAll(data, to: descriptor)
        // Some file systems cannot do it.
        if code == 0, fsync(descriptor) != 0, errno != EINVAL, errno != ENOTSUP { code = errno }
        var former = stat()
        if stat(target.path, &former) == 0 { fchmod(descriptor, former.st_mode & 0o7777) }
        if close(descriptor) != 0, code == 0 { code = errno }
        if code == 0, rename(other, target.path) != 0 { code = errno }
        guard code == 0 else {
            unlink(other)
            throw failure(file, code)
        }
        // The name is on the disk, too, once the folder is.
        let directory = open(target.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    /// The file that a symbolic link leads to, also if it is not there yet; any other file is its own.
    static func target(of file: URL) -> URL {
        // Foundation does not resolve a link to what is not there.
        var place = file.resolvingSymlinksInPath()
        let mostLinks = 40
        for _ in 0..<mostLinks {
            guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: place.path) else {
                break
            }
            let folder = place.deletingLastPathComponent().path
            place = URL(fileURLWithPath: next.hasPrefix("/") ? next : folder + "/" + next)
        }
        return place
    }

    private static func isDevice(_ file: URL) -> Bool {
        var status = stat()
        guard stat(file.path, &status) == 0 else { return false }
        return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    /// Throws `RunError` if a file is a link into git-annex, which keeps content under its hash.
    private static func checkIsNotAnnexed(_ file: URL) throws {
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: file.path),
            target.contains("annex/objects/")
        else { return }
        throw RunError(
            "\(file.relativePath) cannot be written: it is a link into git-annex, which keeps its content as it was; "
                + "`git annex unlock` makes it a file")
    }

    private static func write(_ data: Data, toDevice file: URL) throws {
        let descriptor = open(file.path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(file, errno) }
        var code = writeAll(data, to: descriptor)
        if close(descriptor) != 0, code == 0 { code = errno }
        guard code == 0 else { throw failure(file, code) }
    }

    /// A hidden name that no other writing has; a file's name may take 255 bytes, so a long one is cut.
    private static func hiddenName(beside file: URL) -> String {
        let name = String(decoding: file.lastPathComponent.utf8.prefix(200), as: UTF8.self)
        return file.deletingLastPathComponent().appending(path: ".\(name).\(UUID().uuidString)").path
    }

    /// Throws `RunError` if a file could not be written where it should be, before any work for it is done.
    public static func check(_ file: URL) throws {
        var status = stat()
        if stat(file.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw RunError("\(file.relativePath) is a folder; name the file that is to be written")
        }
        try checkIsNotAnnexed(file)
        let trial = hiddenName(beside: target(of: file))
        let descriptor = open(trial, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(file, errno) }
        close(descriptor)
        unlink(trial)
    }

    private static func writeAll(_ data: Data, to descriptor: Int32) -> Int32 {
        data.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return count < 0 ? errno : EIO }
                done += count
            }
            return 0
        }
    }

    private static func failure(_ file: URL, _ code: Int32) -> RunError {
        RunError("\(file.relativePath) cannot be written: \(String(cString: strerror(code)))")
    }
}
