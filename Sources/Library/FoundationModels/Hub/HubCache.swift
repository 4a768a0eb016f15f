import Foundation

/// The cache of the Hugging Face hub on this machine, as its Python library lays it out.
///
/// `models--OWNER--NAME/` has `blobs/`, the files by their hashes; `snapshots/REVISION/`, links to them by their names;
/// and `refs/BRANCH`, the revision of each branch.
struct HubCache {
    let folder: URL
    /// Where the hub's command line tool keeps the token.
    let tokenFile: URL

    /// `HF_HUB_CACHE`, `HF_HOME/hub`, or `~/.cache/huggingface/hub` (below `XDG_CACHE_HOME` if that is set).
    init(_ environment: [String: String]) {
        func place(_ key: String) -> URL? {
            environment[key].flatMap { path in
                path.isEmpty ? nil : URL(fileURLWithPath: (path as NSString).expandingTildeInPath)
            }
        }
        let caches =
            place("XDG_CACHE_HOME")
            ?? FileManager.default.homeDirectoryForCurrentUser.appending(path: ".cache")
        let home = place("HF_HOME") ?? caches.appending(path: "huggingface")
        tokenFile = place("HF_TOKEN_PATH") ?? home.appending(path: "token")
        folder = place("HF_HUB_CACHE") ?? place("HUGGINGFACE_HUB_CACHE") ?? home.appending(path: "hub")
    }

    /// The folder of a model's files.
    func folder(of repository: String) -> URL {
        folder.appending(path: "models--" + repository.replacing("/", with: "--"))
    }

    /// The revision that a branch had when it was last seen; a revision by its hash is itself.
    func revision(of branch: String, in repository: String) -> String? {
        let file = folder(of: repository).appending(path: "refs/" + branch)
        if let text = try? String(contentsOf: file, encoding: .utf8) {
            return text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return branch.count == 40 && branch.allSatisfy(\.isHexDigit) ? branch : nil
    }

    /// Remembers the revision of a branch.
    func remember(_ revision: String, of branch: String, in repository: String) throws {
        guard branch != revision else { return }
        let file = folder(of: repository).appending(path: "refs/" + branch)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(revision.utf8).write(to: file, options: .atomic)
    }

    /// The folder of a revision's files.
    func snapshot(_ revision: String, of repository: String) -> URL {
        folder(of: repository).appending(path: "snapshots/" + revision)
    }

    /// The blob of that hash.
    func blob(_ hash: String, of repository: String) -> URL {
        folder(of: repository).appending(path: "blobs/" + hash)
    }

    /// Links a file of a revision to its blob.
    func link(_ name: String, of revision: String, to hash: String, in repository: String) throws {
        let link = snapshot(revision, of: repository).appending(path: name)
        try FileManager.default.createDirectory(
            at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
        let up = String(repeating: "../", count: 2 + name.count { $0 == "/" })
        try? FileManager.default.removeItem(at: link)
        try FileManager.default.createSymbolicLink(
            atPath: link.path, withDestinationPath: up + "blobs/" + hash)
    }
}
