import Foundation

/// The Hugging Face hub: the files of a model, from the cache of this machine or from the hub.
///
/// The cache, its layout and the variables are those of the Python library `huggingface_hub`, so both share what is there:
/// `HF_HOME`, `HF_HUB_CACHE`, `HF_ENDPOINT`, `HF_HUB_OFFLINE`, `HF_TOKEN` (or the file `token` in `HF_HOME`).
///
/// ```swift
/// let folder = try HuggingFaceHub().download("openai/clip-vit-base-patch32")
/// let model = try FoundationModel.load(folder)
/// ```
public struct HuggingFaceHub: Sendable {
    /// The address of the hub.
    public let endpoint: String
    /// Whether only the cache may be used.
    public let isOffline: Bool
    let token: String?
    let cache: HubCache

    /// The hub as the environment describes it.
    ///
    /// - Parameter environment: `HF_TOKEN`, `HF_HOME`, `HF_ENDPOINT` and the like.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        cache = HubCache(environment)
        let endpoint = environment["HF_ENDPOINT"] ?? ""
        self.endpoint = (endpoint.isEmpty ? "https://huggingface.co" : endpoint).trimmingSuffix("/")
        let offline = environment["HF_HUB_OFFLINE"] ?? environment["TRANSFORMERS_OFFLINE"] ?? ""
        isOffline = ["1", "on", "yes", "true"].contains(offline.lowercased())
        let stored = try? String(contentsOf: cache.tokenFile, encoding: .utf8)
        token = [environment["HF_TOKEN"], stored].compactMap {
            $0?.trimmingCharacters(in: .whitespacesAndNewlines)
        }.first { !$0.isEmpty }
    }

    /// The folder with the configuration, the tokenizer and the weights of a model.
    ///
    /// Files that the cache has are not loaded again; a download that broke off continues where it stopped. Sizes and
    /// hashes are checked. Without a connection the revision that was last seen is taken. Throws `HubError`, and
    /// `CancellationError`, after which what was downloaded is kept.
    ///
    /// - Parameters:
    ///   - repository: `OWNER/NAME`.
    ///   - revision: A branch, a tag or a hash.
    ///   - showsProgress: whether a progress bar is shown for a long computation.
    public func download(_ repository: String, revision branch: String = "main", showsProgress: Bool = true)
        throws
        -> URL
    {
        guard !isOffline else { return try cached(repository, branch) }
        let info: HubRepository
        do { info = try HubRepository(repository, branch, hub: self) } catch let error as HubError {
            // Without a connection the last revision will do, if all of it is there.
            guard error.isUnreachable, let folder = try? cached(repository, branch) else { throw error }
            return folder
        }
        let download = HubDownload(
            hub: self, repository: repository, revision: info.revision, showsProgress: showsProgress)
        try download.run(info.wantedFiles())
        try cache.remember(info.revision, of: branch, in: repository)
        return cache.snapshot(info.revision, of: repository)
    }

    /// The revision of the cache, if it has weights.
    func cached(_ repository: String, _ branch: String = "main") throws -> URL {
        guard let revision = cache.revision(of: branch, in: repository) else {
            throw HubError(
                cache.folder(of: repository).path, "the cache has no revision \"\(branch)\" of \(repository)",
                advice: "Unset HF_HUB_OFFLINE to download it, or set HF_HOME to the folder that has it.")
        }
        let folder = cache.snapshot(revision, of: repository)
        guard Checkpoint.isComplete(folder) else {
            throw HubError(
                folder.path, "the cache has no weights of \(repository), or not all of them",
                advice: "Unset HF_HUB_OFFLINE to download them.")
        }
        return folder
    }

    /// The lines that every request has.
    var headers: [String] { token.map { ["Authorization: Bearer \($0)"] } ?? [] }

    /// The body of a small answer.
    func data(_ url: String, repository: String) throws -> Data {
        let buffer = DataBox()
        let response: HTTPRequest.Response
        do {
            response = try HTTPRequest(url: url, headers: headers).perform { _, bytes in
                guard buffer.data.count + bytes.count < 64 << 20 else {
                    throw HubError(url, "the answer is longer than 64 MB", advice: "Check HF_ENDPOINT.")
                }
                buffer.data.append(contentsOf: bytes)
            }
        } catch let failure as HTTPRequest.Failure { throw HubError(url, unreachable: failure.message) }
        guard response.status == 200 else {
            throw HubError(url, status: response.status, repository: repository, hasToken: token != nil)
        }
        return buffer.data
    }

    private final class DataBox { var data = Data() }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
