import SwiftCells
import Testing

@Suite("The call around the cursor")
struct CallContextTests {
    private func context(_ marked: String) -> CallContext? {
        let place = marked.utf8.prefix { $0 != UInt8(ascii: "|") }.count
        return CallContext(in: marked.replacing("|", with: ""), at: place)
    }

    @Test("function, receiver and label, even of a call that does not end")
    func calls() {
        let load = context("let m = try FoundationModel.load(\"al|")
        #expect(load?.function == "load" && load?.receiver == "FoundationModel" && load?.label == nil)
        let features = context("encoder.features(of: texts, layers: [\"a\", \"b|")
        #expect(features?.receiver == "encoder" && features?.label == "layers")
        #expect(context("encoder.features(of: \"|\", layers: .all)")?.label == "of")
        #expect(context("scale(2, by: |)")?.label == "by")
    }

    @Test("what is subscripted, even if the brackets do not end")
    func subscripts() {
        func subscripted(_ marked: String) -> String? {
            let place = marked.utf8.prefix { $0 != UInt8(ascii: "|") }.count
            return CallContext.subscripted(in: marked.replacing("|", with: ""), at: place)
        }
        #expect(subscripted("let a = try features[\"lay|") == "features")
        #expect(subscripted("try table[[\"a\", \"|\"]]") == "table")
        #expect(subscripted("features[\"a\"].column(|") == nil)
        #expect(subscripted("let a = [\"|\"]") == nil)
    }

    @Test("nothing outside a call")
    func others() {
        #expect(context("let a = \"te|xt\"") == nil)
        #expect(context("f(1)|") == nil)
        #expect(context("run { \"|\" }") == nil)
    }

    @Test("an interpolation that does not end is closed")
    func interpolations() {
        func closed(_ marked: String) -> String? {
            let place = marked.utf8.prefix { $0 != UInt8(ascii: "|") }.count
            return Cursor.closingInterpolation(in: marked.replacing("|", with: ""), at: place)
        }
        #expect(closed("print(\"\\(fit.|") == "print(\"\\(fit.)\"")
        #expect(closed("\"\\(abs(fit.|") == "\"\\(abs(fit.))\"")
        #expect(closed("\"\\(fit.|)\"") == nil)
        #expect(closed("fit.|") == nil)
    }
}
