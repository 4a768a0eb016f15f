import Foundation

/// Has `body` write a file under a temporary name beside `url`, and renames it once it is whole and on the disk.
///
/// An existing file stays as it is until then. Throws what `body` throws, or `FormatError` if the disk
/// is full, the renaming fails, or what is there is a folder, a device, a pipe or git-annex's; either way no temporary
/// file is left.
package func writeAtomically(to url: URL, _ body: (URL) throws -> Void) throws {
    try checkLocation(url)
    // A symbolic link stays one: what it points to is replaced, or made if it is not there.
    let target = linkTarget(of: url)
    try checkReplaceable(target, named: url)
    let temporary = target.deletingLastPathComponent()
        .appendingPathComponent(temporaryName(for: target.lastPathComponent))
    do {
        try body(temporary)
        try synchronize(temporary, named: url)
        keepPermissions(of: target, for: temporary)
        guard rename(temporary.path, target.path) == 0 else { throw FormatError(url, cannot: "written") }
    } catch {
        unlink(temporary.path)
        throw error
    }
    // The new name is on the disk once the folder is; a folder that cannot be opened has no say in what was written.
    try? synchronize(target.deletingLastPathComponent(), named: url)
}

/// Writes a file of these bytes, which is complete or absent. Throws `FormatError` if it cannot be written.
package func writeAtomically(_ data: Data, to url: URL) throws {
    try writeAtomically(to: url) { temporary in
        do {
            try data.write(to: temporary)
        } catch { throw FormatError(url, cannot: "written", because: error) }
    }
}

/// Makes a folder, and those above it, unless it is there. Throws `FormatError` if it cannot be made.
package func makeFolder(_ folder: URL) throws {
    do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch { throw FormatError(folder, cannot: "made", because: error) }
}

/// The file that a symbolic link leads to, also if it is not there yet; any other file is its own.
private func linkTarget(of url: URL) -> URL {
    // Foundation does not resolve a link to what is not there.
    var place = url.resolvingSymlinksInPath()
    let mostLinks = 40
    for _ in 0..<mostLinks {
        guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: place.path) else { break }
        place = URL(
            fileURLWithPath: next.hasPrefix("/") ? next : place.deletingLastPathComponent().path + "/" + next)
    }
    return place
}

/// Throws `FormatError` if a file cannot take a place: with the rights to do so, it would replace `/dev/null`, or what
/// git-annex keeps under the hash of its content.
private func checkReplaceable(_ target: URL, named url: URL) throws {
    if AnnexKey(linkAt: url) != nil {
        throw FormatError(
            url,
            "cannot be written: it is a link into git-annex, which keeps its content as it was; "
                + "`git annex unlock` makes it a file")
    }
    var status = stat()
    guard stat(target.path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    throw FormatError(
        url,
        "cannot be written: it is \(isFolder ? "a folder" : "a device or a pipe, which no file replaces")")
}

/// A hidden name that no other writing has; a file's name may take 255 bytes, so a long one is cut.
private func temporaryName(for name: String) -> String {
    let unique = UUID().uuidString.prefix(13)
    return ".\(String(decoding: name.utf8.prefix(200), as: UTF8.self)).\(unique).partial"
}

/// Waits until what was written is on the disk.
private func synchronize(_ place: URL, named url: URL) throws {
    let descriptor = open(place.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FormatError(url, cannot: "written") }
    defer { close(descriptor) }
    // Some file systems cannot do it (EINVAL); a full disk or a broken one says so here at the latest.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
        throw FormatError(url, cannot: "written")
    }
}

private func keepPermissions(of file: URL, for new: URL) {
    var status = stat()
    if stat(file.path, &status) == 0 { chmod(new.path, status.st_mode & 0o7777) }
}
