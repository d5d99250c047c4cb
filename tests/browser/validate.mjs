// Answers for each line on standard input, the path of an HTML file, with a line of JSON: what is wrong in it.
import { createInterface } from "node:readline";
import { HtmlValidate, StaticConfigLoader } from "html-validate";

const validator = new HtmlValidate(
    new StaticConfigLoader({
        root: true,
        extends: [
            "html-validate:recommended",
            "html-validate:standard",
            "html-validate:a11y",
            "html-validate:document",
        ],
        rules: {
            // The frame of a table that scrolls is a region, for its name, and no section of the text.
            "prefer-native-element": ["error", { exclude: ["region"] }],
            // No form of ours is sent: what is typed into it is at work at once.
            "wcag/h32": "off",
        },
    }),
);

for await (const path of createInterface({ input: process.stdin })) {
    const { results } = await validator.validateFile(path);
    const messages = results.flatMap(({ messages }) =>
        messages.map(({ ruleId, line, column, message }) => `${line}:${column} ${ruleId}: ${message}`),
    );
    process.stdout.write(`${JSON.stringify(messages)}\n`);
}
