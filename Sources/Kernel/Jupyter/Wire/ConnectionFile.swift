import Foundation

/// Where a kernel listens and how it signs, as Jupyter's connection file tells it.
///
/// ```swift
/// let connection = try ConnectionFile(contentsOf: "kernel-1234.json")
/// connection.endpoint(connection.shellPort)   // "tcp://127.0.0.1:53794"
/// ```
///
/// Source: "Connection files" of Jupyter's kernel documentation; the curve keys as jupyter_client writes them.
public struct ConnectionFile: Codable, Sendable, Equatable {
    /// `tcp` or `ipc`.
    public var transport = "tcp"
    /// The address to listen on; with `ipc` the stem of the sockets' paths.
    public var ip: String
    public var shellPort: Int
    public var controlPort: Int
    public var stdinPort: Int
    public var iopubPort: Int
    public var heartbeatPort: Int
    /// The key of the signatures; empty if messages are not signed.
    public var key = ""
    public var signatureScheme = "hmac-sha256"
    /// The server's key pair in Z85; with it every socket is encrypted by CURVE.
    public var curvePublicKey: String?
    public var curveSecretKey: String?

    private enum CodingKeys: String, CodingKey {
        case transport, ip
        case shellPort = "shell_port"
        case controlPort = "control_port"
        case stdinPort = "stdin_port"
        case iopubPort = "iopub_port"
        case heartbeatPort = "hb_port"
        case key
        case signatureScheme = "signature_scheme"
        case curvePublicKey = "curve_publickey"
        case curveSecretKey = "curve_secretkey"
    }

    /// Reads a connection file; throws `ConnectionError`, naming the file and the key that is wrong.
    public init(contentsOf path: String) throws {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw ConnectionError(
                "\(path): the connection file cannot be read: \(error.localizedDescription)")
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: data)
            try validate()
        } catch let error as ConnectionError {
            throw ConnectionError("\(path): \(error.description)")
        } catch let error as DecodingError {
            throw ConnectionError("\(path): \(Self.explain(error))")
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        transport = try container.decodeIfPresent(String.self, forKey: .transport) ?? "tcp"
        ip = try container.decode(String.self, forKey: .ip)
        shellPort = try container.decode(Int.self, forKey: .shellPort)
        controlPort = try container.decode(Int.self, forKey: .controlPort)
        stdinPort = try container.decode(Int.self, forKey: .stdinPort)
        iopubPort = try container.decode(Int.self, forKey: .iopubPort)
        heartbeatPort = try container.decode(Int.self, forKey: .heartbeatPort)
        key = try container.decodeIfPresent(String.self, forKey: .key) ?? ""
        let scheme = try container.decodeIfPresent(String.self, forKey: .signatureScheme) ?? ""
        signatureScheme = scheme.isEmpty ? "hmac-sha256" : scheme
        curvePublicKey = try container.decodeIfPresent(String.self, forKey: .curvePublicKey)
        curveSecretKey = try container.decodeIfPresent(String.self, forKey: .curveSecretKey)
    }

    /// The ZeroMQ endpoint of a port: `tcp://ip:port` or `ipc://ip-port`.
    public func endpoint(_ port: Int) -> String {
        transport == "ipc" ? "ipc://\(ip)-\(port)" : "\(transport)://\(ip):\(port)"
    }

    private func validate() throws {
        guard transport == "tcp" || transport == "ipc" else {
            throw ConnectionError("transport: expected \"tcp\" or \"ipc\", found \"\(transport)\"")
        }
        for (name, port) in [
            ("shell_port", shellPort), ("control_port", controlPort), ("stdin_port", stdinPort),
            ("iopub_port", iopubPort), ("hb_port", heartbeatPort),
        ] where !(1...65_535).contains(port) {
            throw ConnectionError("\(name): expected a port from 1 to 65535, found \(port)")
        }
        guard (curvePublicKey == nil) == (curveSecretKey == nil) else {
            throw ConnectionError("curve_publickey and curve_secretkey must be given together")
        }
        for (name, key) in [("curve_publickey", curvePublicKey), ("curve_secretkey", curveSecretKey)] {
            guard let key, key.utf8.count != 40 else { continue }
            throw ConnectionError("\(name): expected 40 characters of Z85, found \(key.utf8.count)")
        }
    }

    private static func explain(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "the key \"\(key.stringValue)\" is missing from the connection file"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "the key \"\(context.codingPath.last?.stringValue ?? "")\" has a value of the wrong type"
        default: "the connection file is not a JSON object"
        }
    }
}

/// A connection that cannot be made, and why.
public struct ConnectionError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
