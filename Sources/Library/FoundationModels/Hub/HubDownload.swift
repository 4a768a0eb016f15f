import Display
import Formats
import Foundation
import Hashing

/// Files of one revision on their way from the hub into the cache.
struct HubDownload {
    let hub: HuggingFaceHub
    let repository: String
    let revision: String
    let showsProgress: Bool

    /// What the hub says of a file before it is loaded.
    private struct Description {
        var name: String
        var url: String
        /// The name of its blob: SHA-256 of a large file, git's hash of a small one.
        var hash: String
        var size: Int
    }

    /// Loads the files that the cache does not have.
    func run(_ names: [String]) throws {
        var missing: [Description] = []
        for name in names {
            // A linked file was checked when it came.
            let link = hub.cache.snapshot(revision, of: repository).appending(path: name)
            if !FileManager.default.fileExists(atPath: link.path) { missing.append(try describe(name)) }
        }
        let total = missing.reduce(0) { $0 + $1.size }
        var bar =
            showsProgress && total > 1 << 20
            ? ProgressBar("download of \(repository)", total: total >> 20, unit: "MB") : nil
        var shown = 0
        var before = 0
        for file in missing {
            try fetch(file) { bytes in
                bar?.advance(by: (before + bytes) >> 20 - shown)
                shown = (before + bytes) >> 20
            }
            before += file.size
            try hub.cache.link(file.name, of: revision, to: file.hash, in: repository)
        }
        bar?.finish()
    }

    /// Asks for the hash and the size of a file.
    private func describe(_ name: String) throws -> Description {
        let escaped = name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? name
        let first = "\(hub.endpoint)/\(repository)/resolve/\(revision)/\(escaped)"
        var url = first
        // A renamed model answers with its new address on the same host; a large file with another host's, which is not
        // followed, since the hash is in this answer.
        for _ in 0..<5 {
            let response = try perform(HTTPRequest(url: url, headers: hub.headers, headersOnly: true)) {
                _, _ in
            }
            let headers = response.headers
            if (300..<400).contains(response.status), headers["x-linked-etag"] == nil,
                let location = headers["location"], location.hasPrefix("/")
            {
                url = hub.endpoint + location
                continue
            }
            guard (200..<400).contains(response.status) else {
                throw HubError(
                    url, status: response.status, repository: repository, hasToken: hub.token != nil)
            }
            let tag = (headers["x-linked-etag"] ?? headers["etag"] ?? "").trimmingPrefix("W/")
                .trimmingCharacters(in: CharacterSet(charactersIn: "\""))
            guard tag.count >= 32, tag.allSatisfy(\.isHexDigit),
                let size = Int(headers["x-linked-size"] ?? headers["content-length"] ?? ""), size >= 0
            else {
                throw HubError(
                    url, "the answer gives no hash or no size of the file", advice: "Check HF_ENDPOINT.")
            }
            return Description(name: name, url: first, hash: tag.lowercased(), size: size)
        }
        throw HubError(first, "the hub sends the request in a circle", advice: "Check HF_ENDPOINT.")
    }

    /// Loads a file into its blob, from where an earlier try stopped.
    private func fetch(_ file: Description, progress: (Int) -> Void) throws {
        let blob = hub.cache.blob(file.hash, of: repository)
        if FileManager.default.fileExists(atPath: blob.path) { return progress(file.size) }
        let partial = try PartialFile(blob.appendingPathExtension("incomplete"))
        // Another process may have finished it while this one waited for the lock.
        if FileManager.default.fileExists(atPath: blob.path) { return progress(file.size) }
        if partial.size > file.size { try partial.truncate() }
        var failures = 0
        while partial.size < file.size {
            let before = partial.size
            progress(before)
            do {
                try load(file, into: partial, progress)
            } catch let failure as HTTPRequest.Failure {
                // A connection that brought something is worth another try.
                failures = partial.size > before ? 0 : failures + 1
                guard failures < 3 else { throw HubError(file.url, unreachable: failure.message) }
                try Task.checkCancellation()
            }
        }
        try check(file, partial)
        guard rename(partial.url.path, blob.path) == 0 else { throw FormatError(blob, cannot: "written") }
        progress(file.size)
    }

    private func load(_ file: Description, into partial: PartialFile, _ progress: (Int) -> Void) throws {
        var request = HTTPRequest(url: file.url, headers: hub.headers)
        request.offset = partial.size
        let offset = partial.size
        let response = try withoutActuallyEscaping(progress) { progress in
            try request.perform { status, bytes in
                // A server that knows no ranges sends the whole.
                if status == 200, offset > 0, partial.isUntouched { try partial.truncate() }
                guard partial.size + bytes.count <= file.size else {
                    throw HubError(
                        file.url, "the file is longer than the \(file.size) bytes that were announced",
                        advice: "Try again; if it stays so, report it to the model's owner.")
                }
                try partial.append(bytes)
                progress(partial.size)
            }
        }
        guard response.status == 200 || response.status == 206 else {
            throw HubError(
                file.url, status: response.status, repository: repository, hasToken: hub.token != nil)
        }
        guard partial.size == file.size else {
            throw HTTPRequest.Failure(message: "it ended after \(partial.size) of \(file.size) bytes")
        }
    }

    /// Compares the hash; a file that is not what the hub announced is deleted.
    private func check(_ file: Description, _ partial: PartialFile) throws {
        let found: String
        switch file.hash.count {
        case 64: found = try SHA256.hexadecimal(of: partial.url)
        case 40: found = try GitBlob.hash(of: partial.url, size: file.size)
        default: return
        }
        guard found == file.hash else {
            try? FileManager.default.removeItem(at: partial.url)
            throw HubError(
                file.url, "the file has the hash \(found) and not \(file.hash), which the hub announced",
                advice: "It was deleted; try again.")
        }
    }

    private func perform(
        _ request: HTTPRequest, _ body: @escaping (Int, UnsafeRawBufferPointer) throws -> Void
    ) throws -> HTTPRequest.Response {
        do { return try request.perform(body) } catch let failure as HTTPRequest.Failure {
            throw HubError(request.url, unreachable: failure.message)
        }
    }
}
