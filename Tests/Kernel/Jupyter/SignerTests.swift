import Foundation
import Jupyter
import Testing

@Suite struct SignerTests {
    private let frames = ["{\"a\":1}", "{}", "{}", "{\"code\":\"1\"}"].map { Data($0.utf8) }

    // References: Python's hmac.new(b"key", b"".join(frames), digest).hexdigest().
    @Test(arguments: [
        ("hmac-md5", "068ad04a75b47306498dc424d32e02d7"),
        ("hmac-sha256", "525d0c20431832a53c4a71c4f383df2b62c48584edd4491c14d751fb45b8f847"),
        (
            "hmac-sha512",
            "1b8a3ae17c3943abf6715f68d95d8eb04615824035487cd06801388dbb74764c07640094c3da1f3c1c94af4ace22fed247ec848d238f695fe1938ec092c5ebba"
        ),
    ])
    func signsAsPythonDoes(scheme: String, expected: String) throws {
        let signer = try Signer(scheme: scheme, key: "key")
        #expect(String(decoding: try signer.signature(of: frames), as: UTF8.self) == expected)
    }

    @Test func tellsAForgery() throws {
        let signer = try Signer(scheme: "hmac-sha256", key: "key")
        let signature = try signer.signature(of: frames)
        #expect(try signer.isValid(signature, of: frames))
        var changed = frames
        changed[3][8] ^= 1
        #expect(try !signer.isValid(signature, of: changed))
        #expect(try !signer.isValid(Data(), of: frames))
        #expect(try !Signer(scheme: "hmac-sha256", key: "other").isValid(signature, of: frames))
    }

    @Test func doesNotSignWithoutAKey() throws {
        let signer = try Signer(scheme: "hmac-sha256", key: "")
        #expect(try signer.signature(of: frames).isEmpty)
        #expect(try signer.isValid(Data("anything".utf8), of: frames))
    }

    @Test(arguments: ["", "sha256", "hmac-", "hmac-nothing"])
    func refusesAnUnknownScheme(scheme: String) {
        #expect(throws: ConnectionError.self) { try Signer(scheme: scheme, key: "key") }
    }
}
