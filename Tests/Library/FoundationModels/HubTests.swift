import Foundation
import FoundationModels
import Testing

@Suite("Models come from the Hugging Face hub into its cache, checked and resumed")
struct HubTests {
    private let server: HubServer
    private let weights = Fixtures.folder.appending(path: "encoders/bert/model.safetensors")
    private let revision = "0123456789abcdef0123456789abcdef01234567"

    init() throws { server = try HubServer() }

    private func download(_ name: String = "test/bert", _ others: [String: String] = [:]) throws -> URL {
        try HuggingFaceHub(environment: server.environment(others)).download(name, showsProgress: false)
    }

    private func message(_ name: String = "test/bert", _ others: [String: String] = [:]) -> String {
        let error = #expect(throws: HubError.self) { try download(name, others) }
        return error?.description ?? ""
    }

    /// The path below the model's folder in the cache.
    private func cached(_ path: String, _ name: String = "test--bert") -> URL {
        server.folder.appending(path: "home/hub/models--\(name)/\(path)")
    }

    @Test("blobs, snapshots and refs lie as the Python library lays them")
    func layout() throws {
        let folder = try download()
        #expect(folder.path == cached("snapshots/" + revision).path)
        #expect(try String(contentsOf: cached("refs/main"), encoding: .utf8) == revision)
        let link = try FileManager.default.destinationOfSymbolicLink(
            atPath: folder.appending(path: "model.safetensors").path)
        #expect(link.hasPrefix("../../blobs/") && link.count == "../../blobs/".count + 64)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                "config.json", "model.safetensors", "tokenizer.json",
            ])
        #expect(
            try Data(contentsOf: folder.appending(path: "model.safetensors")) == Data(contentsOf: weights))
        // What is there is asked for no more; the model loads by that folder.
        _ = try server.requests()
        _ = try download()
        #expect(try server.requests().map(\.method) == ["GET"])
        #expect(try FoundationModel.load(folder).text.layers.count == 3)
    }

    @Test("the layers of sentence-transformers behind an encoder come with it")
    func sentenceModules() throws {
        let place = server.folder.appending(path: "models/test/bert")
        for name in ["modules.json", "1_Pooling", "2_Dense", "3_Dense", "4_Normalize"] {
            try FileManager.default.copyItem(
                at: Fixtures.folder.appending(path: "sentence-modules/" + name),
                to: place.appending(path: name))
        }
        let model = try FoundationModel.load(download())
        let whole = try FoundationModel.load(place)
        #expect(model.notes.isEmpty)
        #expect(try model.textEmbeddings(of: ["the water"]) == whole.textEmbeddings(of: ["the water"]))
    }

    @Test("weights in several files come with their index")
    func shards() throws {
        let folder = try download("test/sharded")
        let one = try FoundationModel.load(folder).text.features(of: ["the water"], showsProgress: false)
        let whole = try FoundationModel.load(weights.deletingLastPathComponent()).text.features(
            of: ["the water"], showsProgress: false)
        for (a, b) in zip(one, whole) { #expect(a.matrix == b.matrix) }
    }

    @Test("a connection that breaks off is taken up again where it broke")
    func resumption() throws {
        try server.set("cut=60000&times=2")
        let folder = try download()
        let stored = try server.requests().filter { $0.path.hasPrefix("/store/") }
        #expect(stored.map(\.range) == ["", "bytes=60000-", "bytes=120000-"])
        #expect(
            try Data(contentsOf: folder.appending(path: "model.safetensors")) == Data(contentsOf: weights))
    }

    @Test("what was loaded before a failure is kept for the next try, also by a server without ranges")
    func laterTries() throws {
        try FileManager.default.createDirectory(at: cached("blobs"), withIntermediateDirectories: true)
        let start = try Data(contentsOf: weights).prefix(50_000)
        let hash = try sha256(weights)
        try start.write(to: cached("blobs/\(hash).incomplete"))
        try server.set("noranges=1")
        let folder = try download()
        #expect(
            try Data(contentsOf: folder.appending(path: "model.safetensors")) == Data(contentsOf: weights))
        #expect(try server.requests().contains { $0.range == "bytes=50000-" })
    }

    private func sha256(_ file: URL) throws -> String {
        let folder = try download("test/bert", ["HF_HUB_CACHE": server.folder.appending(path: "other").path])
        let link = try FileManager.default.destinationOfSymbolicLink(
            atPath: folder.appending(path: file.lastPathComponent).path)
        return String(link.suffix(64))
    }

    @Test("a file that is not what was announced is refused and deleted")
    func corruption() throws {
        try server.set("corrupt=1")
        let text = message()
        #expect(text.contains("model.safetensors: the file has the hash"))
        #expect(
            !FileManager.default.fileExists(atPath: cached("snapshots/\(revision)/model.safetensors").path))
        let blobs = try FileManager.default.contentsOfDirectory(atPath: cached("blobs").path)
        #expect(blobs.allSatisfy { $0.count == 40 })
    }

    @Test("errors name the address and what to do")
    func errors() throws {
        let missing = message("test/none")
        #expect(
            missing.contains("\(server.address)/api/models/test/none/revision/main")
                && missing.contains("404"))
        try server.set("token=secret")
        #expect(message().contains("set HF_TOKEN"))
        #expect(message("test/bert", ["HF_TOKEN": "wrong"]).contains("may not read test/bert"))
        let nobody = message("test/bert", ["HF_ENDPOINT": "http://127.0.0.1:9"])
        #expect(nobody.contains("http://127.0.0.1:9/api/models/test/bert") && nobody.contains("HF_ENDPOINT"))
        #expect(message("test/bert", ["HF_HUB_OFFLINE": "1"]).contains("HF_HUB_OFFLINE"))
    }

    @Test("the token goes to the hub and not to the store of large files")
    func token() throws {
        try server.set("token=secret")
        _ = try download("test/bert", ["HF_TOKEN": "secret"])
        let requests = try server.requests()
        #expect(
            requests.filter { $0.path.hasPrefix("/api/") }.allSatisfy { $0.authorization == "Bearer secret" })
        let stored = requests.filter { $0.path.hasPrefix("/store/") }
        #expect(!stored.isEmpty && stored.allSatisfy { $0.authorization.isEmpty })
        // The tool `hf auth login` writes the token to a file.
        try FileManager.default.removeItem(at: cached(""))
        try Data("secret\n".utf8).write(to: server.folder.appending(path: "home/token"))
        _ = try download()
    }

    @Test("without a connection, or told to be offline, the cache will do")
    func offline() throws {
        let folder = try download()
        #expect(try download("test/bert", ["HF_HUB_OFFLINE": "1"]) == folder)
        #expect(try download("test/bert", ["HF_ENDPOINT": "http://127.0.0.1:9"]) == folder)
        // A hub that refuses is not a hub that is away.
        try server.set("token=secret")
        #expect(message().contains("set HF_TOKEN"))
        try FileManager.default.removeItem(at: folder.appending(path: "model.safetensors"))
        #expect(message("test/bert", ["HF_HUB_OFFLINE": "1"]).contains("not all of them"))
    }

    @Test("an interrupt stops a download and keeps what came, from which the next goes on")
    func cancellation() async throws {
        // Of 38 pieces with a second between them two come before the interrupt, however late it comes beside other tests.
        try server.set("pause=1000")
        let environment = server.environment()
        let task = Task {
            try HuggingFaceHub(environment: environment).download("test/bert", showsProgress: false)
        }
        func partial() -> Data? {
            let blobs = try? FileManager.default.contentsOfDirectory(
                at: cached("blobs"), includingPropertiesForKeys: nil)
            let file = blobs?.first { $0.lastPathComponent.count > 64 && $0.pathExtension == "incomplete" }
            return file.flatMap { try? Data(contentsOf: $0) }
        }
        for _ in 0..<5000 where (partial()?.count ?? 0) < 2 * 4096 {
            try await Task.sleep(for: .milliseconds(5))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let kept = try #require(partial())
        let whole = try Data(contentsOf: weights)
        #expect(kept.count < whole.count && whole.starts(with: kept))
        #expect(!FileManager.default.fileExists(atPath: cached("refs/main").path))

        try server.set("pause=0")
        _ = try server.requests()
        let folder = try download()
        let stored = try server.requests().filter { $0.path.hasPrefix("/store/") }
        #expect(stored.map(\.range) == ["bytes=\(kept.count)-"])
        #expect(try Data(contentsOf: folder.appending(path: "model.safetensors")) == whole)
    }
}
