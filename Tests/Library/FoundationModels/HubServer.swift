import Foundation
import FoundationNetworking

/// A hub of its own for one test: Fixtures/hub/server.py, with the small BERT whole and in two shards.
final class HubServer {
    /// A request that the server had.
    struct Request: Decodable {
        var method: String
        var path: String
        var range: String
        var authorization: String
    }

    let folder: URL
    let address: String
    private let process = Process()
    private let input = Pipe()
    private static let bert = Fixtures.folder.appending(path: "encoders/bert")

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-hub-" + UUID().uuidString)
        let models = folder.appending(path: "models")
        for name in ["bert", "sharded"] {
            let model = models.appending(path: "test/" + name)
            try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
            let files = ["config.json", "tokenizer.json"] + (name == "bert" ? ["model.safetensors"] : [])
            for file in files {
                try FileManager.default.copyItem(
                    at: Self.bert.appending(path: file), to: model.appending(path: file))
            }
        }
        // No part of the model, so nobody should ask for it.
        try Data(repeating: 7, count: 100).write(to: models.appending(path: "test/bert/tf_model.h5"))
        try Self.writeShards(to: models.appending(path: "test/sharded"))
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", Fixtures.folder.appending(path: "hub/server.py").path, models.path,
        ]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        address = "http://127.0.0.1:" + port.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    /// The variables of a user of this hub.
    func environment(_ others: [String: String] = [:]) -> [String: String] {
        ["HF_HOME": folder.appending(path: "home").path, "HF_ENDPOINT": address].merging(others) { $1 }
    }

    /// Sets faults (`cut=1000&times=2`).
    func set(_ faults: String) throws { _ = try get("/control?" + faults) }

    /// The requests since this was last asked.
    func requests() throws -> [Request] { try JSONDecoder().decode([Request].self, from: get("/log")) }

    private func get(_ path: String) throws -> Data { try Data(contentsOf: URL(string: address + path)!) }

    /// Writes the model's tensors as two files of the safetensors format, every second one in each, and their index.
    private static func writeShards(to folder: URL) throws {
        let whole = try Data(contentsOf: bert.appending(path: "model.safetensors"))
        let length = whole.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }
        let header = try JSONSerialization.jsonObject(with: whole[8..<8 + length]) as! [String: Any]
        let names = header.keys.filter { $0 != "__metadata__" }.sorted()
        var map: [String: String] = [:]
        for shard in 0..<2 {
            let file = "model-0000\(shard + 1)-of-00002.safetensors"
            var entries: [String: Any] = [:]
            var body = Data()
            for name in names.enumerated().filter({ $0.offset % 2 == shard }).map(\.element) {
                var entry = header[name] as! [String: Any]
                let range = entry["data_offsets"] as! [Int]
                let start = body.count
                body.append(whole[8 + length + range[0]..<8 + length + range[1]])
                entry["data_offsets"] = [start, body.count]
                entries[name] = entry
                map[name] = file
            }
            let json = try JSONSerialization.data(withJSONObject: entries)
            var data = withUnsafeBytes(of: UInt64(json.count)) { Data($0) }
            data.append(json)
            data.append(body)
            try data.write(to: folder.appending(path: file))
        }
        try JSONSerialization.data(withJSONObject: ["weight_map": map]).write(
            to: folder.appending(path: "model.safetensors.index.json"))
    }
}
