import Foundation
import Jupyter
import Testing

@Suite struct ConnectionFileTests {
    private func read(_ text: String) throws -> ConnectionFile {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).json")
            .path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try ConnectionFile(contentsOf: path)
    }

    private let ports = #""shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5"#

    @Test func readsWhatJupyterWrites() throws {
        let file = try read(
            #"{\#(ports),"ip":"127.0.0.1","key":"k","transport":"tcp","signature_scheme":"hmac-sha256","#
                + #""kernel_name":"gyrus","jupyter_session":"a.ipynb"}"#)
        #expect(file.key == "k")
        #expect(file.endpoint(file.shellPort) == "tcp://127.0.0.1:1")
        #expect(file.endpoint(file.heartbeatPort) == "tcp://127.0.0.1:5")
    }

    @Test func readsPathsOfSockets() throws {
        let file = try read(#"{\#(ports),"ip":"/tmp/kernel","transport":"ipc"}"#)
        #expect(file.endpoint(file.iopubPort) == "ipc:///tmp/kernel-2")
        #expect(file.signatureScheme == "hmac-sha256")
        #expect(file.key.isEmpty)
    }

    @Test(arguments: [
        (#"{"ip":"127.0.0.1"}"#, "shell_port"),
        (#"{"ip":"127.0.0.1","shell_port":"x"}"#, "shell_port"),
        ("not JSON", "JSON object"),
    ])
    func saysWhatIsWrong(text: String, named: String) {
        #expect {
            try read(text)
        } throws: { error in
            "\(error)".contains(named) && "\(error)".contains(".json")
        }
    }

    @Test func refusesWrongValues() {
        for (members, named) in [
            (#""transport":"udp""#, "transport"), (#""curve_publickey":"x""#, "curve_secretkey"),
            (#""curve_publickey":"x","curve_secretkey":"y""#, "40 characters"),
        ] {
            #expect {
                try read(#"{\#(ports),"ip":"127.0.0.1",\#(members)}"#)
            } throws: { "\($0)".contains(named) }
        }
        #expect(throws: ConnectionError.self) {
            try read(
                #"{"shell_port":0,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5,"ip":"127.0.0.1"}"#
            )
        }
    }

    @Test func saysThatAFileIsMissing() {
        #expect {
            try ConnectionFile(contentsOf: "/nowhere/kernel.json")
        } throws: { "\($0)".contains("/nowhere/kernel.json") }
    }
}
