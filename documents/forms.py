from django import forms

from documents.verification import tidy_code

MAX_PDF_BYTES = 20 * 1024 * 1024


class VerifyForm(forms.Form):
    """A code from the foot of the page, or the PDF itself, or both."""

    code = forms.CharField(
        label="验证码",
        required=False,
        max_length=40,
        help_text="印在文书每页左下角，形如 7KQM-2XWA-9DTR，不区分大小写。",
    )
    file = forms.FileField(
        label="PDF 文件",
        required=False,
        help_text="上传收到的 PDF，可查出内容是否被改动。文件只用于比对，不会保存。不超过 20 MB。",
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
    )

    def clean_code(self):
        code = tidy_code(self.cleaned_data["code"])
        if code and len(code) != 14:
            raise forms.ValidationError("验证码应为 12 位字母或数字，请对照文书左下角重新输入。")
        return code

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > MAX_PDF_BYTES:
            raise forms.ValidationError("文件超过 20 MB，请改为输入验证码核验。")
        if file and file.read(5) != b"%PDF-":
            raise forms.ValidationError("这不是 PDF 文件，请选择收到的 PDF 原件。")
        return file

    def clean(self):
        values = super().clean()
        if not self.errors and not values.get("code") and not values.get("file"):
            raise forms.ValidationError("请输入验证码，或选择要核验的 PDF 文件。")
        return values
